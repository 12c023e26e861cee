import type { Data } from '#lib/engine/data.ts'
import type { FilterKind } from '#lib/engine/template/filters.ts'
import { templateTexts as texts } from './texts.ts'

const DATE = /^\d{4}-\d{2}-\d{2}([T ].*)?$/

/** A value on one line. */
export function inShort(value: Data | undefined, most = 120): string {
  if (value === undefined || value === null || value === '') return texts.kinds.empty
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value !== 'object') return cut(String(value), most)
  if (Array.isArray(value)) {
    const isPlain = value.length > 0 && value.every((entry) => typeof entry !== 'object')
    return isPlain
      ? cut(value.slice(0, 20).map(String).join(', '), most)
      : texts.kinds.list(value.length)
  }
  const entries = Object.entries(value)
  if (entries.length === 0) return texts.kinds.empty
  return cut(
    entries
      .slice(0, 4)
      .map(([name, part]) => `${name}: ${brief(part)}`)
      .join(', '),
    most,
  )
}

const brief = (value: Data): string =>
  typeof value === 'object' && value !== null ? '…' : inShort(value, 30)

const cut = (text: string, most: number): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > most ? `${line.slice(0, most - 1)}…` : line
}

/** What kind of thing a value is, in a word or two. */
export function kindWords(value: Data): string {
  if (value === null || value === '') return texts.kinds.empty
  if (typeof value === 'string') return DATE.test(value) ? texts.kinds.date : texts.kinds.text
  if (typeof value === 'number') return texts.kinds.number
  if (typeof value === 'boolean') return texts.kinds.boolean
  return Array.isArray(value)
    ? texts.kinds.list(value.length)
    : texts.kinds.group(Object.keys(value).length)
}

/** Which changes are offered first for a value. */
export function filterKindOf(value: Data | undefined): FilterKind {
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'number') return 'number'
  return typeof value === 'string' && DATE.test(value) ? 'date' : 'text'
}
