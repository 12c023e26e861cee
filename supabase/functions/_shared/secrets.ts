import { Buffer } from 'node:buffer'
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/** A secret as it is stored: unreadable without the key that `keyId` names. */
export interface Sealed {
  keyId: string
  ciphertext: Uint8Array
}

/** A stored secret can't be read: its key is gone, or what is stored was changed or belongs elsewhere. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Encrypts secrets with AES-256-GCM. The first key encrypts; further ones (comma-separated) still decrypt, so that a
 * key can be replaced. `owner` (say, the webhook's token) is bound in: moved to another row, a secret doesn't open.
 */
export class Secrets {
  /** By id; the first is the one to encrypt with. */
  readonly #keys: Map<string, Buffer>
  readonly #current: string

  constructor(keys: string) {
    const texts = keys.split(',').map((text) => text.trim())
    this.#keys = new Map(texts.filter((text) => text !== '').map(keyOf))
    const [current] = this.#keys.keys()
    if (current === undefined) throw new Error('WEFT_SECRETS_KEY is empty.')
    this.#current = current
  }

  /** The key that encrypts now: what was sealed with another one wants to be sealed anew. */
  get currentKeyId(): string {
    return this.#current
  }

  /** All keys that open something. */
  get keyIds(): string[] {
    return [...this.#keys.keys()]
  }

  /** Encrypts: every time to something else, so that equal secrets don't look equal. */
  seal(secret: string, owner: string): Sealed {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#key(this.#current), nonce)
    cipher.setAAD(Buffer.from(owner))
    const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
    return {
      keyId: this.#current,
      ciphertext: Buffer.concat([nonce, text, cipher.getAuthTag()]),
    }
  }

  /** Decrypts what `seal` made for the same owner. Throws Unreadable for anything else. */
  open({ keyId, ciphertext }: Sealed, owner: string): string {
    const key = this.#key(keyId)
    if (ciphertext.length < NONCE_BYTES + TAG_BYTES) throw new Unreadable('A secret is cut off.')
    const bytes = Buffer.from(ciphertext)
    const nonce = bytes.subarray(0, NONCE_BYTES)
    const options = { authTagLength: TAG_BYTES }
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, options)
    decipher.setAAD(Buffer.from(owner))
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
    try {
      return Buffer.concat([text, decipher.final()]).toString('utf8')
    } catch (cause) {
      throw new Unreadable('A secret was changed, or belongs elsewhere.', { cause })
    }
  }

  #key(id: string): Buffer {
    const key = this.#keys.get(id)
    if (key !== undefined) return key
    throw new Unreadable(
      `A secret was sealed with key ${id}, which WEFT_SECRETS_KEY does not hold.`,
    )
  }
}

/** A key with its id: a part of its hash, from which it can't be told. */
function keyOf(text: string): [id: string, key: Buffer] {
  const key = Buffer.from(text, 'base64')
  if (key.length !== KEY_BYTES) {
    throw new Error('Each key in WEFT_SECRETS_KEY must be 32 bytes, in base64.')
  }
  return [createHash('sha256').update(key).digest('hex').slice(0, 16), key]
}
