import type { Data } from '../../../../src/lib/engine/data.ts'

/** The largest payload, and the largest value of a step (the engine has narrower limits of its own), as text. */
export const MAX_PAYLOAD = 5 * 1024 * 1024
const MAX_VALUE = 32 * 1024 * 1024

/** A value can't be stored, and trying again won't help. */
export class NotStorable extends Error {
  override readonly name = 'NotStorable'
  readonly code: string
  constructor(code: string, sentence: string) {
    super(sentence)
    this.code = code
  }
}

/** Postgres' jsonb has no NUL character and no half of a surrogate pair: both become the replacement character. */
function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\uFFFD')
}

function clean(value: Data): Data {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(clean)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [cleanText(key), clean(entry)]),
  )
}

/** What JSON.stringify writes for a NUL or for half a surrogate pair; both also match texts that only look like it. */
const suspicious = (text: string): boolean => text.includes('\\u0000') || text.includes('\\ud')

/** A value as text for jsonb. Nearly always one JSON.stringify; only a suspicious text is walked through. */
export function storedText(value: unknown, limit = MAX_VALUE): string {
  const text = JSON.stringify(value ?? null)
  // What is stringified here is data already; anything else was refused where it came in.
  const safe = suspicious(text) ? JSON.stringify(clean(JSON.parse(text) as Data)) : text
  if (safe.length > limit) {
    throw new NotStorable(
      'store.too_large',
      `This is ${Math.ceil(safe.length / 1024)} kB; ${limit / 1024} kB can be stored at once.`,
    )
  }
  return safe
}
