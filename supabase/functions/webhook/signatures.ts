import { Buffer } from 'node:buffer'
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

// How senders prove themselves, over the bytes as they came. Comparing takes as long for a wrong one as for a right one.

/** What came of a check: `old` means signed with the right secret, at another time. */
export type Verdict = 'fine' | 'wrong' | 'old'

/** A signed time, and how far it may be from ours. */
export interface Window {
  nowSeconds: number
  toleranceSeconds: number
}

type Bytes = string | Uint8Array

const hmac = (key: Bytes, ...parts: Bytes[]): Buffer => {
  const made = createHmac('sha256', key)
  for (const part of parts) made.update(part)
  return made.digest()
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Hashes have one length, so that not even the secret's length shows. */
const isSameText = (one: string, other: string): boolean =>
  timingSafeEqual(sha256(one), sha256(other))

const isSameBytes = (one: Buffer, other: Buffer): boolean =>
  one.length === other.length && timingSafeEqual(one, other)

const verdict = (isFine: boolean): Verdict => (isFine ? 'fine' : 'wrong')

/** A secret as it is, in a header, or after "Bearer". */
export function checkToken(secret: string, shown: string): Verdict {
  return verdict(isSameText(shown.trim().replace(/^Bearer\s+/i, ''), secret))
}

/** RFC 7617: user name and password in base64. */
export function checkBasic(userName: string, password: string, shown: string): Verdict {
  const encoded = /^Basic\s+([A-Za-z0-9+/]+={0,2})\s*$/i.exec(shown)?.[1] ?? ''
  const said = Buffer.from(encoded, 'base64').toString('utf8')
  return verdict(isSameText(said, `${userName}:${password}`))
}

/** The HMAC of the body, which senders write in hex (some after `sha256=`) or in base64. */
export function checkHmac(secret: string, shown: string, body: Uint8Array): Verdict {
  const text = shown.trim().replace(/^sha256=/i, '')
  const signature = Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64')
  return verdict(isSameBytes(signature, hmac(secret, body)))
}

/** GitHub's X-Hub-Signature-256: `sha256=` and the HMAC of the body in hex, and nothing else. */
export function checkGithub(secret: string, shown: string, body: Uint8Array): Verdict {
  const hex = /^sha256=([0-9a-f]{64})$/.exec(shown)?.[1]
  return verdict(hex !== undefined && isSameBytes(Buffer.from(hex, 'hex'), hmac(secret, body)))
}

/** Senders put several signatures into one header while they change secrets; nobody needs more than these. */
const MOST_SIGNATURES = 10

/** Stripe-Signature: `t=<seconds>,v1=<hex>`, v1 perhaps several times; signed is `<t>.<body>`. */
export function checkStripe(
  secret: string,
  shown: string,
  body: Uint8Array,
  window: Window,
): Verdict {
  const parts = shown.split(',').map((part) => part.trim())
  const time = parts.find((part) => part.startsWith('t='))?.slice(2) ?? ''
  const signatures = parts.filter((part) => /^v1=[0-9a-f]{64}$/.test(part))
  if (!isTime(time)) return 'wrong'
  const expected = hmac(secret, `${time}.`, body)
  const isFine = signatures
    .slice(0, MOST_SIGNATURES)
    .map((part) => isSameBytes(Buffer.from(part.slice(3), 'hex'), expected))
    .includes(true)
  return inTime(isFine, time, window)
}

/** The three headers of Standard Webhooks: signed is `<id>.<timestamp>.<body>`, signatures are `v1,<base64>`. */
export function checkStandard(
  secret: string,
  { id, timestamp, signature }: { id: string; timestamp: string; signature: string },
  body: Uint8Array,
  window: Window,
): Verdict {
  if (id === '' || !isTime(timestamp)) return 'wrong'
  const expected = hmac(standardKey(secret), `${id}.${timestamp}.`, body)
  const isFine = signature
    .split(' ')
    .filter((part) => part.startsWith('v1,'))
    .slice(0, MOST_SIGNATURES)
    .map((part) => isSameBytes(Buffer.from(part.slice(3), 'base64'), expected))
    .includes(true)
  return inTime(isFine, timestamp, window)
}

/** The standard's secrets are bytes, written `whsec_` and base64. Any other text counts as it is. */
function standardKey(secret: string): Bytes {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret
}

const isTime = (text: string): boolean => /^\d{1,12}$/.test(text)

function inTime(isFine: boolean, time: string, { nowSeconds, toleranceSeconds }: Window): Verdict {
  if (!isFine) return 'wrong'
  return Math.abs(nowSeconds - Number(time)) <= toleranceSeconds ? 'fine' : 'old'
}
