import { Buffer } from 'node:buffer'
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/** A secret as it is stored: unreadable without the key that `keyId` names. */
export interface Sealed {
  keyId: string
  ciphertext: Uint8Array
}

const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Encrypts secrets with AES-256-GCM. The first key encrypts; further ones (comma-separated) still decrypt, so that a
 * key can be replaced. `owner` (say, the webhook's token) is bound in: moved to another row, a secret doesn't open.
 */
export class Secrets {
  readonly #keys: { id: string; key: Buffer }[]

  constructor(keys: string) {
    this.#keys = keys.split(',').map((text) => {
      const key = Buffer.from(text.trim(), 'base64')
      if (key.length !== 32) throw new Error('WEFT_SECRETS_KEY must be 32 bytes, in base64.')
      return { id: createHash('sha256').update(key).digest('hex').slice(0, 16), key }
    })
  }

  seal(secret: string, owner: string): Sealed {
    const [current] = this.#keys
    if (current === undefined) throw new Error('WEFT_SECRETS_KEY is empty.')
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', current.key, nonce)
    cipher.setAAD(Buffer.from(owner))
    const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
    return { keyId: current.id, ciphertext: Buffer.concat([nonce, text, cipher.getAuthTag()]) }
  }

  open(sealed: Sealed, owner: string): string {
    const known = this.#keys.find((entry) => entry.id === sealed.keyId)
    if (known === undefined) {
      throw new Error(
        `A secret was sealed with key ${sealed.keyId}, which WEFT_SECRETS_KEY does not hold.`,
      )
    }
    const bytes = Buffer.from(sealed.ciphertext)
    const decipher = createDecipheriv('aes-256-gcm', known.key, bytes.subarray(0, NONCE_BYTES))
    decipher.setAAD(Buffer.from(owner))
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
    const text = bytes.subarray(NONCE_BYTES, -TAG_BYTES)
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')
  }
}
