import { Buffer } from 'node:buffer'
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { WebhookTrigger } from './find-trigger.ts'
import { badSignature, noSecretSet, wrongSecret } from './refusals.ts'

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

/** The bytes of a signature, which senders write in hex (GitHub: after `sha256=`) or in base64. */
function signatureBytes(header: string): Buffer {
  const text = header.trim().replace(/^sha256=/i, '')
  return /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64')
}

/** Throws Refused unless the sender knows the secret, where the trigger asks for one. In constant time. */
export function verifySender(trigger: WebhookTrigger, headers: Headers, body: Uint8Array): void {
  const { verify, header } = trigger.rules
  if (verify === 'none') return
  if (trigger.secret === null) throw noSecretSet()
  const shown = headers.get(header) ?? ''
  if (verify === 'token') {
    const token = shown.trim().replace(/^Bearer\s+/i, '')
    // Hashes have one length, so that not even the secret's length shows.
    if (!timingSafeEqual(sha256(token), sha256(trigger.secret))) throw wrongSecret(header)
    return
  }
  const expected = createHmac('sha256', trigger.secret).update(body).digest()
  const signature = signatureBytes(shown)
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
    throw badSignature(header)
  }
}
