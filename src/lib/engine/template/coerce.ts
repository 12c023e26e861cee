import type { Data } from '../data.ts'

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i

/** A number, or text that is nothing but one (spaces around it aside). Not yes/no, not an empty text. */
export function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  return NUMBER.test(text) ? Number(text) : undefined
}

const YES = new Set(['true', 'yes', 'on', '1'])
const NO = new Set(['false', 'no', 'off', '0', ''])

/** true/false, 1/0, or the words for it: yes, no, on, off. */
export function toBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (value === 1) return true
  if (value === 0) return false
  if (typeof value !== 'string') return undefined
  const text = value.trim().toLowerCase()
  return YES.has(text) ? true : NO.has(text) ? false : undefined
}

/** A list stays one; text that is written like one (`["a", "b"]`) is read, other text is split at commas. */
export function toList(value: Data): Data[] {
  if (Array.isArray(value)) return value
  if (typeof value !== 'string') return [value]
  const text = value.trim()
  if (text === '') return []
  if (text.startsWith('[')) {
    const read = readData(text)
    if (Array.isArray(read)) return read
  }
  return text.split(',').map((entry) => entry.trim())
}

/** JSON text as data; undefined when it isn't. */
export function readData(text: string): Data | undefined {
  try {
    return JSON.parse(text) as Data // JSON text holds nothing but data
  } catch (problem) {
    if (problem instanceof SyntaxError) return undefined
    throw problem
  }
}

/** How a value reads inside a text: nothing for an empty value, lists with commas, groups of fields as JSON. */
export function toText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) {
    return value.some((entry) => typeof entry === 'object' && entry !== null)
      ? JSON.stringify(value)
      : value.map(toText).join(', ')
  }
  return JSON.stringify(value) ?? ''
}
