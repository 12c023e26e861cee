import type { Data } from '../data.ts'

const HIDDEN = '••••••'

/** Shorter ones would blot out half of every text that happens to contain them. */
const SHORTEST = 4

/** The values of secret fields, to be kept out of everything that is stored. */
export function secretsIn(config: Record<string, unknown>, fields: readonly string[]): string[] {
  return fields.flatMap((name) => {
    const value = config[name]
    return typeof value === 'string' && value.length >= SHORTEST ? [value] : []
  })
}

/** A config as it may be stored: without its secret fields. */
export function withoutSecrets(
  config: Record<string, unknown>,
  fields: readonly string[],
): Record<string, unknown> {
  if (fields.length === 0) return config
  const shown = { ...config }
  for (const name of fields) if (shown[name] !== undefined) shown[name] = HIDDEN
  return shown
}

/** The same data with every secret blotted out, wherever it turns up (a service may echo what it was sent). */
export function redacted(data: Data, secrets: readonly string[]): Data {
  if (secrets.length === 0) return data
  if (typeof data === 'string') return redactedText(data, secrets)
  if (Array.isArray(data)) return data.map((entry) => redacted(entry, secrets))
  if (typeof data !== 'object' || data === null) return data
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      redactedText(key, secrets),
      redacted(value, secrets),
    ]),
  )
}

/** The same for a text. */
export function redactedText(text: string, secrets: readonly string[]): string {
  let shown = text
  for (const secret of secrets) shown = shown.replaceAll(secret, HIDDEN)
  return shown
}
