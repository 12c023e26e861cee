import { Buffer } from 'node:buffer'
import { createHmac, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Secrets, Unreadable } from '../../supabase/functions/_shared/secrets.ts'
import { Refused } from '../../supabase/functions/_shared/http/answers.ts'
import type { WebhookTrigger } from '../../supabase/functions/webhook/find-trigger.ts'
import { verifySender } from '../../supabase/functions/webhook/verify-sender.ts'

const newKey = () => randomBytes(32).toString('base64')
const key = newKey()
const secrets = new Secrets(key)

describe('a secret', () => {
  test.each(['s3cret', '', 'Füße 🔑', 'x'.repeat(10_000)])('comes back as it was', (secret) => {
    expect(secrets.open(secrets.seal(secret, 'token'), 'token')).toBe(secret)
  })

  test('looks different every time, and never like itself', () => {
    const [one, two] = [secrets.seal('s3cret', 'token'), secrets.seal('s3cret', 'token')]
    expect(Buffer.from(one.ciphertext).equals(two.ciphertext)).toBe(false)
    expect(Buffer.from(one.ciphertext).includes('s3cret')).toBe(false)
  })

  test('that was moved to another owner does not open', () => {
    expect(() => secrets.open(secrets.seal('s3cret', 'token'), 'other')).toThrow(Unreadable)
  })

  test('does not open when any byte of it was changed', () => {
    const { keyId, ciphertext } = secrets.seal('s3cret', 'token')
    for (const index of ciphertext.keys()) {
      const changed = Uint8Array.from(ciphertext)
      changed.set([(ciphertext[index] ?? 0) ^ 1], index)
      expect(() => secrets.open({ keyId, ciphertext: changed }, 'token')).toThrow(Unreadable)
    }
  })

  test('does not open when it was cut off', () => {
    const { keyId, ciphertext } = secrets.seal('s3cret', 'token')
    for (let length = 0; length < ciphertext.length; length++) {
      const cut = { keyId, ciphertext: ciphertext.slice(0, length) }
      expect(() => secrets.open(cut, 'token')).toThrow(Unreadable)
    }
  })

  test('does not open with another key, even one that claims to be the right one', () => {
    const other = new Secrets(newKey())
    const sealed = secrets.seal('s3cret', 'token')
    expect(() => other.open(sealed, 'token')).toThrow(Unreadable)
    const { keyId } = other.seal('x', 'token')
    expect(() => other.open({ ...sealed, keyId }, 'token')).toThrow(Unreadable)
  })
})

describe('a key', () => {
  test('can be replaced: the first seals, all open', () => {
    const newer = newKey()
    const old = secrets.seal('s3cret', 'token')
    const rotated = new Secrets(` ${newer} , ${key},`)
    expect(rotated.open(old, 'token')).toBe('s3cret')
    const sealed = rotated.seal('s3cret', 'token')
    expect(new Secrets(newer).open(sealed, 'token')).toBe('s3cret')
    expect(() => secrets.open(sealed, 'token')).toThrow(Unreadable)
  })

  test('does not show in its id', () => {
    const { keyId } = secrets.seal('s3cret', 'token')
    expect(keyId).toMatch(/^[0-9a-f]{16}$/)
    expect(Buffer.from(key, 'base64').toString('hex')).not.toContain(keyId)
  })

  test.each(['', ' ', ',', 'short', randomBytes(31).toString('base64'), `${newKey()},short`])(
    'that is none is refused (%j)',
    (keys) => expect(() => new Secrets(keys)).toThrow('WEFT_SECRETS_KEY'),
  )
})

describe('who calls a webhook', () => {
  const body = new TextEncoder().encode('{"order": 17, "name": "Füße"}')
  const signed = (secret: string, bytes = body) => createHmac('sha256', secret).update(bytes)
  const hex = signed('s3cret').digest('hex')

  const trigger = (verify: 'none' | 'token' | 'hmac', secret: string | null = 's3cret') =>
    // Only what verifySender reads.
    ({ rules: { verify, header: 'x-signature' }, secret }) as WebhookTrigger
  const calls = (shown: string | null, verify: 'none' | 'token' | 'hmac', bytes = body) => {
    const headers = new Headers(shown === null ? {} : { 'x-signature': shown })
    return () => verifySender(trigger(verify), headers, bytes)
  }

  test.each([hex, hex.toUpperCase(), `sha256=${hex}`, `SHA256=${hex}`, ` ${hex} `])(
    'is known by the signature of the very bytes (%s)',
    (shown) => expect(calls(shown, 'hmac')).not.toThrow(),
  )

  test('is known by a signature in base64', () => {
    expect(calls(signed('s3cret').digest('base64'), 'hmac')).not.toThrow()
  })

  test.each([
    ...[null, '', 'sha256=', hex.slice(0, -2), `${hex}00`, `sha1=${hex}`, 'x'.repeat(64)],
    ...[signed('other').digest('hex'), '0'.repeat(64), `sha256=sha256=${hex}`],
  ])('is refused with another signature (%s)', (shown) => {
    expect(calls(shown, 'hmac')).toThrow(Refused)
  })

  test('is refused when a byte of the body was changed', () => {
    const changed = Uint8Array.from(body)
    changed.set([(body[3] ?? 0) ^ 1], 3)
    expect(calls(hex, 'hmac', changed)).toThrow(Refused)
  })

  test('is known by the token, and by no other', () => {
    for (const shown of ['s3cret', 'Bearer s3cret', ' s3cret ']) {
      expect(calls(shown, 'token')).not.toThrow()
    }
    for (const shown of [null, '', 's3cre', 's3crets', 'S3CRET', 'Basic s3cret']) {
      expect(calls(shown, 'token')).toThrow(Refused)
    }
  })

  test('is refused as long as no secret was set', () => {
    const headers = new Headers({
      'x-signature': createHmac('sha256', '').update(body).digest('hex'),
    })
    expect(() => verifySender(trigger('hmac', null), headers, body)).toThrow(Refused)
  })
})
