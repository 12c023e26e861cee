import { texts } from './texts.ts'
import type { Field, Value } from './rows.ts'

/** What was typed, as a value: empty, fine, or not a value of this field. */
export type Read = { value: Value | undefined } | { problem: string }

/** Reads what somebody typed or picked. The database has the last word; this is to tell at once. */
export function readValue(field: Field, input: string | boolean): Read {
  if (typeof input === 'boolean') return { value: input }
  const text = input.trim()
  if (text === '') {
    return field.required ? { problem: texts.problems.required(field.title) } : { value: undefined }
  }
  switch (field.type) {
    case 'number': {
      const number = Number(text.replace(',', '.'))
      return Number.isFinite(number) ? { value: number } : { problem: texts.problems.number }
    }
    case 'date':
      return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))
        ? { value: text }
        : { problem: texts.problems.date }
    case 'email':
      return /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text)
        ? { value: text }
        : { problem: texts.problems.email }
    case 'boolean':
      return { value: text === 'true' }
    default:
      return { value: text }
  }
}

const numbers = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 20 })
const dates = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' })

/** A value as people read it; '' when it's empty. */
export function showValue(field: Field, value: Value | null | undefined): string {
  if (value === undefined || value === null || value === '') return ''
  if (typeof value === 'number') return numbers.format(value)
  if (typeof value === 'boolean') return value ? texts.yes : texts.no
  if (field.type === 'date') {
    const at = new Date(`${value}T00:00:00Z`)
    return Number.isNaN(at.getTime()) ? value : dates.format(at)
  }
  return value
}

/** A value as it stands in an input. */
export function inputText(value: Value | null | undefined): string {
  return value === undefined || value === null ? '' : String(value)
}
