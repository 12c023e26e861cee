import { Buffer } from 'node:buffer'
import {
  ConfigProblem,
  StepFailure,
  Uncertain,
  WeftError,
} from '../../../../src/lib/engine/errors.ts'
import type { HttpResponse } from '../../../../src/lib/engine/services.ts'

/** What stands where a secret was. */
const HIDDEN = '•••'
/** Shorter ones are in every other word; taking them out would spoil what steps get. */
const SHORTEST = 4

/** Takes secrets out of what comes back from outside, in every spelling in which services echo what they were sent. */
export class Redaction {
  readonly #pattern: RegExp | null

  constructor(secrets: readonly string[]) {
    const spellings = new Set(secrets.filter((one) => one.length >= SHORTEST).flatMap(spellingsOf))
    // The longest first: what contains another spelling is taken out whole.
    const longest = [...spellings].sort((one, other) => other.length - one.length)
    this.#pattern = longest.length === 0 ? null : new RegExp(longest.map(escaped).join('|'), 'gi')
  }

  /** A text without the secrets. */
  text(text: string): string {
    return this.#pattern === null ? text : text.replace(this.#pattern, HIDDEN)
  }

  /** An answer without the secrets, in its headers (names, too) and its body. */
  response(response: HttpResponse): HttpResponse {
    const headers = Object.entries(response.headers).map(([name, value]) => [
      this.text(name),
      this.text(value),
    ])
    const body =
      response.encoding === 'text' ? this.text(response.body) : this.#bytes(response.body)
    return { ...response, headers: Object.fromEntries(headers) as Record<string, string>, body } // pairs of texts
  }

  /** An error as it was, but with no secret in its words; and without its cause, which nobody has looked through. */
  error(problem: unknown): unknown {
    if (!(problem instanceof WeftError)) return problem
    const { code, title, hint, field, retryable } = problem
    const said = {
      ...{ code, title, field },
      detail: this.text(problem.detail),
      hint: hint === undefined ? undefined : this.text(hint),
    }
    if (problem instanceof Uncertain) return new Uncertain(said)
    if (problem instanceof ConfigProblem) return new ConfigProblem(said)
    const retryAfterMs = problem instanceof StepFailure ? problem.retryAfterMs : undefined
    return new StepFailure({ ...said, retryable, retryAfterMs })
  }

  /** What came as bytes is looked through as bytes; one letter for each, so that nothing else changes. */
  #bytes(base64: string): string {
    const bytes = Buffer.from(base64, 'base64').toString('latin1')
    const clean = this.text(bytes)
    // The sign for "hidden" isn't a byte.
    return clean === bytes
      ? this.text(base64)
      : Buffer.from(clean.replaceAll(HIDDEN, '***'), 'latin1').toString('base64')
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')

const quoted = (text: string): string => JSON.stringify(text).slice(1, -1)

/** A secret as it is, and as it looks in addresses, data, markup, base64 and hex. */
function spellingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8')
  const marked = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
  return [
    secret,
    bytes.toString('latin1'),
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
    strictlyEncoded(bytes),
    quoted(secret),
    quoted(secret).replaceAll('/', '\\/'),
    marked,
    marked.replaceAll("'", '&#39;'),
    marked.replaceAll("'", '&#x27;'),
    bytes.toString('hex'),
    ...inBase64(bytes),
    // As OAuth clients show their secret.
    ...inBase64(Buffer.from(new URLSearchParams({ s: secret }).toString().slice(2))),
  ].filter((spelling) => spelling.length >= SHORTEST)
}

/** Every letter but the plainest as %XX. */
const strictlyEncoded = (bytes: Buffer): string =>
  [...bytes]
    .map((byte) => {
      const letter = String.fromCharCode(byte)
      return /[A-Za-z0-9]/.test(letter) ? letter : `%${byte.toString(16).padStart(2, '0')}`
    })
    .join('')

/** A secret's base64 depends on what stands before it: three ways, without the ends that its neighbours share. */
function inBase64(bytes: Buffer): string[] {
  const ways = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const start = before === 0 ? 0 : before + 1
    const whole = Math.floor(((before + bytes.length) * 8) / 6)
    return text.slice(start, whole)
  })
  // The base64 of base64 (a header that is itself encoded once more) begins at letters, too.
  return ways
    .filter((way) => way.length >= 6)
    .flatMap((way) => [way, way.replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(way)])
}
