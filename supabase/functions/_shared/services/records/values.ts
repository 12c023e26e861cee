import type { Data, DataObject } from '../../../../../src/lib/engine/data.ts'
import { toBoolean, toNumber, toText } from '../../../../../src/lib/engine/template/coerce.ts'
import { isEmpty } from '../../../../../src/lib/engine/template/compare.ts'
import { parseMoment } from '../../../../../src/lib/engine/time/moment.ts'
import { wallTime } from '../../../../../src/lib/engine/time/zone.ts'
import type { Field, Shape } from './fields.ts'
import { unknownField } from './problems.ts'

/**
 * Values as a pipeline's fields hold them; null where a field is to be empty. Forms and templates yield texts, so a text
 * that says a number becomes one. What doesn't fit stays as it is, for the database to refuse it with its own sentence.
 */
export function fittingValues(
  data: DataObject,
  { fields, timeZone }: Shape,
  asked: 'values' | 'changes',
): DataObject {
  const known = new Map(fields.map((field) => [field.key, field]))
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => {
      const field = known.get(key)
      if (field === undefined) throw unknownField(key, [...known.keys()], asked)
      return [key, isEmpty(value) ? null : fitting(value, field, timeZone)]
    }),
  )
}

function fitting(value: Data, { type }: Field, timeZone: string): Data {
  switch (type) {
    case 'number':
      return toNumber(value) ?? value
    case 'boolean':
      return toBoolean(value) ?? value
    case 'date':
      return typeof value === 'string' ? day(value, timeZone) : value
    case 'text':
      return isGroup(value) ? value : toText(value)
    case 'select':
    case 'email':
      return typeof value === 'object' ? value : toText(value).trim()
  }
}

const isGroup = (value: Data): boolean =>
  typeof value === 'object' && (!Array.isArray(value) || value.some(isGroup))

/** The day of a moment, where the workspace is. */
function day(text: string, timeZone: string): string {
  const moment = parseMoment(text, timeZone)
  if (moment === undefined) return text
  if (moment.wholeDay) return text.trim()
  const { year, month, day } = wallTime(moment.at, timeZone)
  const two = (part: number) => String(part).padStart(2, '0')
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
}
