import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { Buffer } from 'node:buffer'
import { ExecutionId } from '../../../src/lib/engine/ids.ts'

/** 128 bits of the signature: nobody guesses them, and the address stays short. */
const SIGNATURE_BYTES = 16

/**
 * Addresses at which the outside calls an execution: its id, and a signature that only we can make. So an address costs
 * nothing to give out and is checked without the database. The first key signs; further ones (comma-separated) still
 * count, so that a key can be replaced while executions wait.
 */
export class CallbackAddresses {
  readonly #base: string
  readonly #keys: Buffer[]

  constructor(functionsUrl: string, secretsKeys: string) {
    this.#base = `${functionsUrl}/webhook/callback/`
    this.#keys = secretsKeys
      .split(',')
      .map((text) => text.trim())
      .filter((text) => text !== '')
      // A key of its own: what is signed here says nothing about what is encrypted elsewhere.
      .map((text) =>
        Buffer.from(hkdfSync('sha256', Buffer.from(text, 'base64'), '', 'weft callback', 32)),
      )
  }

  callback(execution: ExecutionId): string {
    const [key] = this.#keys
    if (key === undefined) throw new Error('WEFT_SECRETS_KEY is empty.')
    return this.#base + execution.replaceAll('-', '') + sign(key, execution).toString('base64url')
  }

  /** The execution whose address ends with this; undefined when we never made it. */
  execution(token: string): ExecutionId | undefined {
    const parts =
      /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})([A-Za-z0-9_-]{22})$/.exec(
        token,
      )
    if (parts === null) return undefined
    const id = ExecutionId.safeParse(parts.slice(1, 6).join('-'))
    const signature = Buffer.from(parts[6] ?? '', 'base64url')
    if (!id.success || signature.length !== SIGNATURE_BYTES) return undefined
    // The last character has bits to spare: only one way of writing an address is ours.
    if (signature.toString('base64url') !== parts[6]) return undefined
    return this.#keys.some((key) => timingSafeEqual(sign(key, id.data), signature))
      ? id.data
      : undefined
  }
}

const sign = (key: Buffer, execution: ExecutionId): Buffer =>
  createHmac('sha256', key).update(execution).digest().subarray(0, SIGNATURE_BYTES)
