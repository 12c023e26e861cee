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

/**
 * A field of `r` (public.records). Old values may be of another type than the field has by now: then there's no such
 * value. Each form is written when it's asked for, so that a statement has no parameter that it doesn't use.
 */
export class FieldOperand implements Operand {
  readonly kind: Operand['kind']
  readonly #key: string
  readonly #timeZone: string
  readonly #parameters: Parameters

  constructor(field: Field, timeZone: string, parameters: Parameters) {
    const { type } = field
    this.kind = type === 'select' || type === 'email' ? 'text' : type
    this.#key = field.key
    this.#timeZone = timeZone
    this.#parameters = parameters
  }

  get text(): string {
    return `(r.data ->> ${this.#parameters.text(this.#key)})`
  }

  get folded(): string {
    return `lower(btrim(coalesce(${this.text}, ''), ${SPACES}))`
  }

  get number(): string | null {
    if (this.kind === 'number') {
      const value = `r.data -> ${this.#parameters.text(this.#key)}`
      return `(case when jsonb_typeof(${value}) = 'number' then ${this.text}::numeric end)`
    }
    if (this.kind !== 'text') return null
    return `(case when ${this.folded} ~ ${NUMBER} then ${this.folded}::numeric end)`
  }

  get span(): Operand['span'] {
    if (this.kind !== 'text' && this.kind !== 'date') return null
    const { folded } = this
    const isDay = `${folded} ~ ${DAY} and pg_input_is_valid(${folded}, 'date')`
    const day = `(case when ${isDay} then ${folded}::date end)`
    const zone = this.#parameters.text(this.#timeZone)
    return {
      from: `(${day}::timestamp at time zone ${zone})`,
      to: `((${day} + 1)::timestamp at time zone ${zone})`,
    }
  }

  get order(): string {
    return (this.kind === 'number' ? this.number : null) ?? `nullif(${this.folded}, '')`
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
