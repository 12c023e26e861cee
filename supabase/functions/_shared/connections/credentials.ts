import { Buffer } from 'node:buffer'
import { z } from 'zod'
import type { OpenConnection } from './vault.ts'

/** What a connection adds to a request, and what of it must never come back. */
export interface Credentials {
  headers: Record<string, string>
  /** Besides the stored secrets: what was made of them. */
  secrets: string[]
}

const text = z.string()

const basic = (user: string, password: string): Credentials => {
  const both = Buffer.from(`${user}:${password}`, 'utf8').toString('base64')
  return { headers: { authorization: `Basic ${both}` }, secrets: [both, `${user}:${password}`] }
}

const bearer = (token: string): Credentials => ({
  headers: { authorization: `Bearer ${token}` },
  secrets: [token],
})

/** A field of a connection; it was checked when it was stored. */
const of = ({ settings, secrets }: OpenConnection, name: string): string =>
  text.parse(secrets[name] ?? settings[name])

const KINDS: Record<string, (connection: OpenConnection) => Credentials> = {
  'http.basic': (one) => basic(of(one, 'user'), of(one, 'password')),
  'http.bearer': (one) => bearer(of(one, 'token')),
  'http.header': (one) => ({ headers: { [of(one, 'header')]: of(one, 'value') }, secrets: [] }),
  unipile: (one) => ({ headers: { 'x-api-key': of(one, 'apiKey') }, secrets: [] }),
  sms: (one) => basic(of(one, 'accountSid'), of(one, 'authToken')),
  'ai.openai': (one) => bearer(of(one, 'apiKey')),
  'ai.anthropic': (one) => ({
    headers: { 'x-api-key': of(one, 'apiKey'), 'anthropic-version': '2023-06-01' },
    secrets: [],
  }),
}

/** What a connection's requests carry. OAuth's need a token, which the caller has. Undefined: it isn't for the web. */
export function credentialsOf(
  connection: OpenConnection,
  token: string | null,
): Credentials | undefined {
  return token === null ? KINDS[connection.kind]?.(connection) : bearer(token)
}

/** How a program shows an OAuth service who it is: in a header, or among the fields. */
export function clientCredentials(connection: OpenConnection): {
  headers: Record<string, string>
  fields: Record<string, string>
} {
  const id = of(connection, 'clientId')
  const secret = connection.secrets['clientSecret']
  if (secret === undefined) return { headers: {}, fields: { client_id: id } }
  if (connection.settings['clientAuth'] === 'body') {
    return { headers: {}, fields: { client_id: id, client_secret: secret } }
  }
  // Both parts are form-encoded first (RFC 6749, 2.3.1).
  return { headers: basic(formEncoded(id), formEncoded(secret)).headers, fields: {} }
}

const formEncoded = (value: string): string =>
  new URLSearchParams({ v: value }).toString().slice('v='.length)
