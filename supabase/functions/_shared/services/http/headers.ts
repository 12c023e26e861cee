import { ConfigProblem } from '../../../../../src/lib/engine/errors.ts'

/** Ours to set: they'd confuse where the request goes or where it ends. What people copy from elsewhere has them often. */
const OURS = new Set([
  'host',
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'expect',
  'te',
  'trailer',
])

/** What is no credential by any name. Everything else could be one, so it doesn't follow a redirect to somebody else. */
const HARMLESS = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-encoding',
  'content-language',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-unmodified-since',
  'prefer',
  'range',
  'user-agent',
])

type Headers = Record<string, string>

const without = (headers: Headers, drop: (name: string) => boolean): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !drop(name)))

/** What may be sent to somebody else than who was asked first. */
export const withoutCredentials = (headers: Headers): Headers =>
  without(headers, (name) => !HARMLESS.has(name))

/** What may be sent without a body. */
export const withoutBodyHeaders = (headers: Headers): Headers =>
  without(headers, (name) => name.startsWith('content-'))

/** Headers as they are sent: names in lower case, ours added. Throws ConfigProblem for what can't be one. */
export function requestHeaders(headers: Headers): Headers {
  const given = Object.entries(headers).map(([name, value]): [string, string] => [
    name.trim().toLowerCase(),
    // A line break in a value would start a header of its own.
    value.replace(/[\r\n\0]+/g, ' ').trim(),
  ])
  for (const [name, value] of given) check(name, value)
  const kept = given.filter(([name]) => !OURS.has(name))
  const ours = { 'user-agent': 'Weft', accept: '*/*', 'accept-encoding': 'gzip, br' }
  return { ...ours, ...Object.fromEntries(kept) }
}

/** The headers that a connection adds, as they are sent. Throws ConfigProblem for what can't be one. */
export function credentialHeaders(headers: Headers): Headers {
  const given = Object.entries(headers).map(([name, value]): [string, string] => [
    name.trim().toLowerCase(),
    value,
  ])
  for (const [name, value] of given) check(name, value)
  return Object.fromEntries(given.filter(([name]) => !OURS.has(name)))
}

function check(name: string, value: string): void {
  const goodName = /^[\w!#$%&'*+.^`|~-]+$/.test(name)
  if (goodName && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return
  throw new ConfigProblem({
    code: 'http.invalid_header',
    title: 'This header cannot be sent',
    detail: goodName
      ? `The value of the header "${name}" has characters that headers cannot carry.`
      : `"${name.slice(0, 80)}" is not the name of a header.`,
    hint: goodName
      ? 'Use plain letters, digits and signs, or send this in the body.'
      : 'Names of headers are made of letters, digits and dashes, like X-Request-Id.',
    field: 'headers',
  })
}
