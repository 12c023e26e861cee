import { z } from 'zod'
import { ask, defineConnection, readHosts } from './define-connection.ts'

/** Where a secret may go, and where it can be tried out, of services that we know nothing else about. */
export const anywhere = {
  hosts: ask.hosts({
    label: 'May be sent to',
    placeholder: 'api.example.com',
    hint: 'The hosts of the service, with commas between them. It is sent nowhere else.',
  }),
  testAddress: ask.optionalAddress({
    label: 'Address for testing',
    placeholder: 'https://api.example.com/me',
    hint: 'An address that only answers those who are signed in. Testing reads it.',
  }),
}

const basic = defineConnection({
  kind: 'http.basic',
  title: 'User name and password',
  description: 'Signs in to a web service with a user name and a password.',
  icon: 'user',
  use: 'http',
  fields: z.object({
    user: ask
      .text({ label: 'User name' })
      .regex(/^[^:]*$/, 'A user name with a colon cannot be sent this way.')
      .meta({ label: 'User name', widget: 'text' }),
    password: ask.secret({ label: 'Password' }),
    ...anywhere,
  }),
  hosts: ({ hosts }) => readHosts(hosts) ?? [],
})

const bearer = defineConnection({
  kind: 'http.bearer',
  title: 'Token',
  description: 'Signs in to a web service with a token ("Authorization: Bearer …").',
  icon: 'key-round',
  use: 'http',
  fields: z.object({ token: ask.secret({ label: 'Token' }), ...anywhere }),
  hosts: ({ hosts }) => readHosts(hosts) ?? [],
})

const NAME = 'Name of the header'
const header = defineConnection({
  kind: 'http.header',
  title: 'Header',
  description: 'Signs in to a web service with a header of its own, such as X-Api-Key.',
  icon: 'heading',
  use: 'http',
  fields: z.object({
    header: ask
      .text({ label: NAME })
      .regex(
        /^[\w!#$%&'*+.^`|~-]{1,80}$/,
        'Names of headers are made of letters, digits and dashes.',
      )
      .refine((name) => !OURS.test(name), 'This header is not for signing in.')
      .meta({ label: NAME, placeholder: 'X-Api-Key', widget: 'text' }),
    value: ask.secret({ label: 'Value' }),
    ...anywhere,
  }),
  hosts: ({ hosts }) => readHosts(hosts) ?? [],
})

/** They say where a request goes and where it ends. */
const OURS =
  /^(host|connection|content-.*|keep-alive|proxy-.*|transfer-encoding|upgrade|expect|te|trailer|accept-encoding)$/i

export const webKinds = [basic, bearer, header]
