import { z } from 'zod'
import { ask, defineConnection, readHosts } from './define-connection.ts'
import { anywhere } from './web.ts'

const client = {
  tokenAddress: ask.address({
    label: 'Address for tokens',
    placeholder: 'https://login.example.com/oauth/token',
  }),
  clientId: ask.text({ label: 'Client ID' }),
}

const more = {
  scope: ask.optionalText({
    label: 'Scopes',
    hint: 'What the connection may do, as the service names it, with spaces between.',
  }),
  ...anywhere,
  clientAuth: ask.select(
    { label: 'The client’s secret is sent', advanced: true },
    [
      { value: 'basic', label: 'As a user name and password' },
      { value: 'body', label: 'Among the fields' },
    ],
    'basic',
  ),
}

const clientCredentials = defineConnection({
  kind: 'oauth2.client',
  title: 'OAuth 2 (client credentials)',
  description: 'Signs in as a program, with tokens that are fetched and renewed by themselves.',
  icon: 'bot',
  use: 'http',
  fields: z.object({ ...client, clientSecret: ask.secret({ label: 'Client secret' }), ...more }),
  hosts: ({ hosts }) => readHosts(hosts) ?? [],
})

const authorizationCode = defineConnection({
  kind: 'oauth2.code',
  title: 'OAuth 2 (sign in)',
  description:
    'Signs in as you: you are sent to the service once, tokens are renewed by themselves.',
  icon: 'log-in',
  use: 'http',
  signIn: true,
  fields: z.object({
    signInAddress: ask.address({
      label: 'Address for signing in',
      placeholder: 'https://login.example.com/oauth/authorize',
    }),
    ...client,
    clientSecret: ask.optionalSecret({
      label: 'Client secret',
      hint: 'Some services need none.',
    }),
    ...more,
  }),
  hosts: ({ hosts }) => readHosts(hosts) ?? [],
})

export const oauthKinds = [clientCredentials, authorizationCode]
