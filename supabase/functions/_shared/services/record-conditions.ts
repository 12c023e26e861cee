import { toList, toNumber, toText } from '../../../../src/lib/engine/template/coerce.ts'
import { folded, isEmpty, spanOf } from '../../../../src/lib/engine/template/compare.ts'
import type { Data } from '../../../../src/lib/engine/data.ts'
import { groupOf, isRule } from '../../../../src/lib/engine/template/rule-tree.ts'
import type { Rule, RuleTree } from '../../../../src/lib/engine/template/rules.ts'
import { StepFailure } from '../engine.ts'

/** A field of a pipeline, as far as conditions need it. */
export interface Field {
  key: string
  title: string
  type: 'text' | 'number' | 'date' | 'boolean' | 'select' | 'email'
}

/** A condition as SQL; its values are parameters, its field names too. */
export interface Condition {
  sql: string
  values: unknown[]
}

type Kind = 'text' | 'number' | 'date' | 'moment'

/** The left side of a rule in SQL: as text, trimmed and in lower case, and as what it is. */
interface Operand {
  kind: Kind
  folded: string
  text: string
  value: string
}

/** Columns that every record has besides its fields. */
const COLUMNS: Record<string, Operand> = {
  id: { kind: 'text', text: 'r.id::text', folded: 'r.id::text', value: 'r.id::text' },
  created_at: {
    kind: 'moment',
    text: 'r.created_at::text',
    folded: 'r.created_at::text',
    value: 'r.created_at',
  },
  updated_at: {
    kind: 'moment',
    text: 'r.updated_at::text',
    folded: 'r.updated_at::text',
    value: 'r.updated_at',
  },
}

const YES = `'{true,yes,on,1}'::text[]`
const NO = `'{false,no,off,0}'::text[]`

/**
 * Turns rules over a pipeline's fields into a condition on `r` (public.records). `first` is the next free parameter.
 * What the operators mean is said in the engine (template/operators.ts, compare.ts); here is the same in SQL, so that
 * a search finds what a condition step would let through. A comparison that makes no sense is false, not an error.
 */
export class RecordConditions {
  readonly #fields: Map<string, Field>
  readonly #timeZone: string
  readonly #values: unknown[] = []
  readonly #first: number

  constructor(fields: Field[], timeZone: string, first: number) {
    this.#fields = new Map(fields.map((field) => [field.key, field]))
    this.#timeZone = timeZone
    this.#first = first
  }

  of(tree: RuleTree): Condition {
    return { sql: this.#tree(tree), values: this.#values }
  }

  /** Every record. */
  get all(): Condition {
    return { sql: 'true', values: this.#values }
  }

  /** What a sort goes by. */
  sortBy(key: string): string {
    return this.#operand(key).value
  }

  #tree(tree: RuleTree): string {
    const { join, members } = groupOf(tree)
    // A group without rules is false, so that a filter that nobody filled in lets nothing through.
    if (members.length === 0) return 'false'
    const parts = members.map((node) =>
      isRule(node) ? `coalesce(${this.#rule(node)}, false)` : this.#tree(node),
    )
    if (join === 'all') return `(${parts.join(' and ')})`
    return join === 'any' ? `(${parts.join(' or ')})` : `not (${parts.join(' or ')})`
  }

  #operand(name: string): Operand {
    const key = name.trim().replace(/^(record\.)?(data\.)?/, '')
    const column = COLUMNS[key]
    if (column !== undefined) return column
    const field = this.#fields.get(key)
    if (field === undefined) throw this.#unknownField(key)
    const text = `(r.data ->> ${this.#parameter(field.key)})`
    const filled = `nullif(btrim(${text}), '')`
    const operand = { text, folded: `lower(btrim(coalesce(${text}, '')))` }
    // Values were checked when they were written (private.check_record), so that the casts hold.
    if (field.type === 'number') return { ...operand, kind: 'number', value: `${filled}::numeric` }
    if (field.type === 'date') return { ...operand, kind: 'date', value: `${filled}::date` }
    return { ...operand, kind: 'text', value: text }
  }

  #rule(rule: Rule): string {
    const left = this.#operand(toText(rule.left))
    const right = rule.right
    const part = () => `${this.#parameter(folded(right))}::text`
    switch (rule.op) {
      case 'equals':
        return this.#equals(left, right)
      case 'not_equals':
        return `not coalesce(${this.#equals(left, right)}, false)`
      case 'in':
        return this.#in(left, right)
      case 'not_in':
        return `not coalesce(${this.#in(left, right)}, false)`
      case 'contains':
        return folded(right) === '' ? 'false' : `strpos(${left.folded}, ${part()}) > 0`
      case 'not_contains':
        return folded(right) === '' ? 'true' : `strpos(${left.folded}, ${part()}) = 0`
      case 'starts_with':
        return isEmpty(right) ? 'false' : `starts_with(${left.folded}, ${part()})`
      case 'ends_with':
        return isEmpty(right) ? 'false' : `right(${left.folded}, length(${part()})) = ${part()}`
      case 'matches':
        return `${left.folded} like ${this.#parameter(likePattern(folded(right)))}`
      case 'greater_than':
      case 'after':
        return this.#ordered(left, '>', right)
      case 'less_than':
      case 'before':
        return this.#ordered(left, '<', right)
      case 'greater_or_equal':
        return this.#ordered(left, '>=', right)
      case 'less_or_equal':
        return this.#ordered(left, '<=', right)
      case 'between':
        return ends(right)
          .map((end, index) => this.#ordered(left, index === 0 ? '>=' : '<=', end))
          .join(' and ')
      case 'on_day':
        return this.#onDay(left, right)
      case 'in_last_days':
        return this.#withDays(
          left,
          right,
          (from, to, days) => `${from} <= now() and ${to} > ${this.#midnight(`- ${days}`)}`,
        )
      case 'in_next_days':
        return this.#withDays(
          left,
          right,
          (from, to, days) => `${from} < ${this.#midnight(`+ ${days} + 1`)} and ${to} > now()`,
        )
      case 'is_empty':
        return `${left.folded} = ''`
      case 'is_not_empty':
        return `${left.folded} <> ''`
      case 'is_true':
        return `${left.folded} = any (${YES})`
      case 'is_false':
        return `${left.folded} = any (${NO})`
      case 'exists':
        return `${left.text} is not null`
      case 'not_exists':
        return `${left.text} is null`
      default:
        throw unsupported(rule.op)
    }
  }

  #equals(left: Operand, right: unknown): string {
    const number = toNumber(right)
    if (left.kind === 'number' && number !== undefined)
      return `${left.value} = ${this.#number(number)}`
    if (typeof right === 'boolean') return `${left.folded} = any (${right ? YES : NO})`
    return `${left.folded} = ${this.#parameter(folded(right))}`
  }

  #in(left: Operand, right: unknown): string {
    const entries = toList((right ?? []) as Data) // a rendered template is data
    if (entries.length === 0) return 'false'
    return `(${entries.map((entry) => `coalesce(${this.#equals(left, entry)}, false)`).join(' or ')})`
  }

  /** Numbers as numbers, dates as dates: a day is neither before nor after a moment within it. */
  #ordered(left: Operand, sign: '<' | '<=' | '>' | '>=', right: unknown): string {
    const number = toNumber(right)
    if (number !== undefined) {
      if (left.kind !== 'number' && left.kind !== 'text') return 'false'
      const value =
        left.kind === 'number'
          ? left.value
          : `case when ${left.folded} ~ '^[+-]?\\d+(\\.\\d+)?$' then ${left.folded}::numeric end`
      return `${value} ${sign} ${this.#number(number)}`
    }
    const span = spanOf(right, { timeZone: this.#timeZone, now: 0 })
    const own = this.#span(left)
    if (span === undefined || own === undefined) return 'false'
    const before = `${own.to} <= ${this.#moment(span.from)}`
    const after = `${own.from} >= ${this.#moment(span.to)}`
    if (sign === '<') return before
    if (sign === '>') return after
    return sign === '<=' ? `not (${after})` : `not (${before})`
  }

  #onDay(left: Operand, right: unknown): string {
    const span = spanOf(right, { timeZone: this.#timeZone, now: 0 })
    const own = this.#span(left)
    if (span === undefined || own === undefined) return 'false'
    return `${this.#day(own.from)} = ${this.#day(this.#moment(span.from))}`
  }

  #withDays(
    left: Operand,
    right: unknown,
    sql: (from: string, to: string, days: string) => string,
  ): string {
    const days = toNumber(right)
    const own = this.#span(left)
    if (days === undefined || days < 0 || own === undefined) return 'false'
    return sql(own.from, own.to, `${this.#parameter(Math.min(Math.floor(days), 100_000))}::integer`)
  }

  /** The time that the left side stands for: a whole day of the workspace's calendar, or a moment. */
  #span(left: Operand): { from: string; to: string } | undefined {
    if (left.kind === 'moment') return { from: left.value, to: `${left.value} + interval '1 ms'` }
    if (left.kind !== 'date') return undefined
    const zone = this.#parameter(this.#timeZone)
    return {
      from: `(${left.value}::timestamp at time zone ${zone})`,
      to: `((${left.value} + 1)::timestamp at time zone ${zone})`,
    }
  }

  #day(moment: string): string {
    return `(${moment} at time zone ${this.#parameter(this.#timeZone)})::date`
  }

  /** The beginning of today, moved by days. */
  #midnight(moved: string): string {
    return `((${this.#day('now()')} ${moved})::timestamp at time zone ${this.#parameter(this.#timeZone)})`
  }

  #moment(at: number): string {
    return `${this.#parameter(new Date(at).toISOString())}::timestamptz`
  }

  #number(number: number): string {
    return `${this.#parameter(String(number))}::numeric`
  }

  #parameter(value: unknown): string {
    this.#values.push(value)
    return `$${this.#first + this.#values.length - 1}`
  }

  #unknownField(key: string): StepFailure {
    const known = [...this.#fields.keys(), ...Object.keys(COLUMNS)]
    return new StepFailure({
      code: 'records.unknown_field',
      title: 'This field does not exist',
      detail: `The pipeline has no field called "${key.slice(0, 80)}".`,
      hint: `It has: ${known.join(', ')}.`,
      retryable: false,
    })
  }
}

/** `*` stands for anything, `?` for one character; everything else for itself. */
const likePattern = (pattern: string): string =>
  pattern
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_')

/** The two ends of a "between"; anything else compares with nothing. */
function ends(right: unknown): [unknown, unknown] {
  if (Array.isArray(right) && right.length === 2) return [right[0], right[1]]
  if (typeof right === 'object' && right !== null && 'from' in right && 'to' in right)
    return [right.from, right.to]
  return [undefined, undefined]
}

function unsupported(operator: string): StepFailure {
  return new StepFailure({
    code: 'records.unsupported_rule',
    title: 'This comparison cannot be used to find records',
    detail: `"${operator.replaceAll('_', ' ')}" compares with an earlier value, which a search does not have.`,
    hint: 'Use another comparison, or a condition step after the search.',
    retryable: false,
  })
}
