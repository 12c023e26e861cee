import { z } from 'zod'
import { ask, defineConnection, hostOf, readHosts } from './define-connection.ts'

const DSN = {
  label: 'DSN',
  placeholder: 'api1.unipile.com:13111',
  hint: 'The host that the UniPile dashboard shows.',
}
const unipile = defineConnection({
  kind: 'unipile',
  title: 'UniPile',
  description: 'Messages on LinkedIn, WhatsApp and others through UniPile.',
  icon: 'messages-square',
  use: 'http',
  fields: z.object({
    dsn: ask
      .text(DSN)
      .refine(
        (text) => readHosts(text)?.length === 1,
        'Write one host, like api1.unipile.com:13111.',
      )
      .meta({ ...DSN, widget: 'text' }),
    apiKey: ask.secret({ label: 'Access token' }),
  }),
  hosts: ({ dsn }) => readHosts(dsn) ?? [],
})

const SID = { label: 'Account SID', placeholder: 'AC…' }
const sms = defineConnection({
  kind: 'sms',
  title: 'Text messages (Twilio)',
  description: 'Text messages through Twilio, or a service with the same API.',
  icon: 'message-square',
  use: 'http',
  fields: z.object({
    accountSid: ask
      .text(SID)
      .regex(/^[\w-]+$/, 'An account SID is made of letters and digits.')
      .meta({ ...SID, widget: 'text' }),
    authToken: ask.secret({ label: 'Auth token' }),
    address: ask.address({ label: 'Address', advanced: true }, 'https://api.twilio.com'),
  }),
  hosts: ({ address }) => [hostOf(address)],
})

export const serviceKinds = [unipile, sms]
