import type { Field } from './fields.ts'
import type { Parameters } from './parameters.ts'

/** One side of a comparison in SQL. Everything here is null or '' where the record has no such value. */
export interface Operand {
  kind: 'text' | 'number' | 'boolean' | 'date' | 'moment'
  /** As text, just as it is. */
  text: string
  /** As text without the spaces around it, in lower case: how people compare. Never null. */
  folded: string
  /** As a number, where it is or looks like one. */
  number: string | null
  /** The time that it stands for, from its first moment to the first one after it. */
  span: { from: string; to: string } | null
  /** What a sort goes by. */
  order: string
}

/** What the engine takes for a number in a text (template/coerce.ts). */
const NUMBER = `'^[+-]?(\\d+(\\.\\d*)?|\\.\\d+)(e[+-]?\\d{1,3})?$'`
const DAY = `'^\\d{4}-\\d{2}-\\d{2}$'`
/** What counts as empty around a text. */
const SPACES = `E' \\t\\n\\r\\f\\x0b\\u00a0\\ufeff'`

const fold = (text: string): string => `lower(btrim(coalesce(${text}, ''), ${SPACES}))`

/** A field of `r` (public.records). Old values may be of another type than the field has by now: then there's no such value. */
export function fieldOperand(field: Field, parameters: Parameters, timeZone: string): Operand {
  const key = parameters.text(field.key)
  const text = `(r.data ->> ${key})`
  const folded = fold(text)
  const written = { kind: 'text' as const, text, folded, order: `nullif(${folded}, '')` }
  switch (field.type) {
    case 'number': {
      const number = `(case when jsonb_typeof(r.data -> ${key}) = 'number' then ${text}::numeric end)`
      return { ...written, kind: 'number', number, span: null, order: number }
    }
    case 'boolean':
      return { ...written, kind: 'boolean', number: null, span: null }
    case 'date':
      return { ...written, kind: 'date', number: null, span: daySpan(folded, parameters, timeZone) }
    default: {
      const number = `(case when ${folded} ~ ${NUMBER} then ${folded}::numeric end)`
      return { ...written, number, span: daySpan(folded, parameters, timeZone) }
    }
  }
}

function daySpan(folded: string, parameters: Parameters, timeZone: string) {
  const zone = parameters.text(timeZone)
  const day = `(case when ${folded} ~ ${DAY} and pg_input_is_valid(${folded}, 'date') then ${folded}::date end)`
  return {
    from: `(${day}::timestamp at time zone ${zone})`,
    to: `((${day} + 1)::timestamp at time zone ${zone})`,
  }
}

const moment = (column: string): Operand => {
  const text = `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
  const span = { from: column, to: `(${column} + interval '1 ms')` }
  return { kind: 'moment', text, folded: `lower(${text})`, number: null, span, order: column }
}

/** What every record has besides its fields, under the names that steps see. */
export const COLUMNS: Readonly<Record<string, Operand>> = {
  id: {
    ...{ kind: 'text', text: 'r.id::text', folded: 'r.id::text', order: 'r.id' },
    ...{ number: null, span: null },
  },
  created_at: moment('r.created_at'),
  updated_at: moment('r.updated_at'),
}
