import type { Data } from '../../../../../src/lib/engine/data.ts'
import {
  toBoolean,
  toList,
  toNumber,
  toText,
} from '../../../../../src/lib/engine/template/coerce.ts'
import {
  folded,
  isEmpty,
  spanOf,
  type Calendar,
} from '../../../../../src/lib/engine/template/compare.ts'
import { groupOf, isRule } from '../../../../../src/lib/engine/template/rule-tree.ts'
import type { Rule, RuleTree } from '../../../../../src/lib/engine/template/rules.ts'
import { startOfDay } from '../../../../../src/lib/engine/time/zone.ts'
import type { Field } from './fields.ts'
import { COLUMNS, FieldOperand, type Operand } from './operands.ts'
import type { Parameters } from './parameters.ts'
import { listTooLong, unknownField, unsupportedRule } from './problems.ts'

type Sign = '<' | '<=' | '>' | '>='

const YES = `'{true,yes,on,1}'::text[]`
const NO = `'{false,no,off,0}'::text[]`
const MAX_LIST = 10_000

/**
 * Turns rules over a pipeline's fields into a condition on `r` (public.records). What the operators mean is said in the
 * engine (template/operators.ts, compare.ts); here is the same in SQL, so that a search finds what a condition step
 * would let through. A comparison that makes no sense is false, not an error. One difference: a text field counts as a
 * date only when it's a day like 2026-11-23.
 */
export class Conditions {
  readonly #fields: Map<string, Field>
  readonly #calendar: Calendar
  readonly #parameters: Parameters

  constructor(fields: Field[], calendar: Calendar, parameters: Parameters) {
    this.#fields = new Map(fields.map((field) => [field.key, field]))
    this.#calendar = calendar
    this.#parameters = parameters
  }

  /** The condition; its values are added to the parameters. */
  where(tree: RuleTree): string {
    const { join, members } = groupOf(tree)
    // As in a condition step: a group without rules is false, so that a filter nobody filled in lets nothing through.
    if (members.length === 0) return 'false'
    const parts = members.map((node) =>
      isRule(node) ? `coalesce(${this.#rule(node)}, false)` : this.where(node),
    )
    if (join === 'all') return `(${parts.join(' and ')})`
    return join === 'any' ? `(${parts.join(' or ')})` : `(not (${parts.join(' or ')}))`
  }

  /** What a sort goes by. */
  sortBy(name: string): string {
    return this.#operand(name, 'sortBy').order
  }

  #operand(name: string, asked: 'where' | 'sortBy'): Operand {
    const key = name.trim().replace(/^(record\.)?(data\.)?/, '')
    const field = this.#fields.get(key)
    if (field !== undefined) {
      return new FieldOperand(field, this.#calendar.timeZone, this.#parameters)
    }
    const column = Object.hasOwn(COLUMNS, key) ? COLUMNS[key] : undefined
    if (column !== undefined) return column
    throw unknownField(key, [...this.#fields.keys(), ...Object.keys(COLUMNS)], asked)
  }

  #rule({ left: name, op, right }: Rule): string {
    const left = this.#operand(toText(name), 'where')
    switch (op) {
      case 'equals':
        return this.#equals(left, right)
      case 'not_equals':
        return not(this.#equals(left, right))
      case 'in':
        return this.#in(left, right)
      case 'not_in':
        return not(this.#in(left, right))
      case 'contains':
        return folded(right) === '' ? 'false' : `strpos(${left.folded}, ${this.#folded(right)}) > 0`
      case 'not_contains':
        return folded(right) === '' ? 'true' : `strpos(${left.folded}, ${this.#folded(right)}) = 0`
      case 'starts_with':
        return isEmpty(right) ? 'false' : `starts_with(${left.folded}, ${this.#folded(right)})`
      case 'ends_with':
        return isEmpty(right) ? 'false' : this.#endsWith(left, right)
      case 'matches':
        return `${left.folded} like ${this.#parameters.text(likePattern(folded(right)))}`
      case 'greater_than':
        return this.#ordered(left, '>', right)
      case 'greater_or_equal':
        return this.#ordered(left, '>=', right)
      case 'less_than':
        return this.#ordered(left, '<', right)
      case 'less_or_equal':
        return this.#ordered(left, '<=', right)
      case 'between': {
        const [low, high] = ends(right)
        return `(${this.#ordered(left, '>=', low)} and ${this.#ordered(left, '<=', high)})`
      }
      case 'before':
        return this.#dated(left, '<', right)
      case 'after':
        return this.#dated(left, '>', right)
      case 'on_day':
        return this.#onDay(left, right)
      case 'in_last_days':
      case 'in_next_days':
        return this.#around(left, op, right)
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
        throw unsupportedRule(op)
    }
  }

  #folded(right: unknown): string {
    return this.#parameters.text(folded(right))
  }

  #equals(left: Operand, right: unknown): string {
    // A field holds one value: it equals a list or a group of fields only when neither has anything in it.
    if (typeof right === 'object' && right !== null) {
      return isEmpty(right) ? `${left.folded} = ''` : 'false'
    }
    if (typeof right === 'boolean') return `${left.folded} = any (${right ? YES : NO})`
    const number = toNumber(right)
    if (left.kind === 'boolean') {
      const wanted = isEmpty(right) ? undefined : toBoolean(right)
      return `${left.folded} = ${this.#parameters.text(isEmpty(right) ? '' : String(wanted))}`
    }
    const asText = () => `${left.folded} = ${this.#folded(right)}`
    if (number === undefined || left.number === null) return asText()
    if (left.kind === 'number') return `${left.number} = ${this.#parameters.number(number)}`
    // Two texts are compared as texts; a text and a number as numbers, where the text is one.
    if (typeof right === 'string') return asText()
    return `coalesce(${left.number} = ${this.#parameters.number(number)}, ${asText()})`
  }

  #in(left: Operand, right: unknown): string {
    const entries = toList((right ?? []) as Data) // a rendered template is data
    if (entries.length > MAX_LIST) throw listTooLong(MAX_LIST)
    const numbers =
      left.kind === 'number' ? entries.map(toNumber).filter((n) => n !== undefined) : []
    const isText = (entry: Data): entry is string =>
      typeof entry === 'string' &&
      left.kind !== 'boolean' &&
      !(left.kind === 'number' && toNumber(entry) !== undefined)
    const texts = entries.filter(isText)
    const others = entries.filter(
      (entry) => !isText(entry) && !(left.kind === 'number' && toNumber(entry) !== undefined),
    )
    const parts = [
      ...(numbers.length > 0
        ? [`${left.number} = any (${this.#parameters.numbers(numbers)})`]
        : []),
      ...(texts.length > 0
        ? [`${left.folded} = any (${this.#parameters.texts(texts.map(folded))})`]
        : []),
      ...others.map((entry) => this.#equals(left, entry)),
    ]
    if (parts.length === 0) return 'false'
    return `(${parts.map((part) => `coalesce(${part}, false)`).join(' or ')})`
  }

  #endsWith(left: Operand, right: unknown): string {
    const part = this.#folded(right)
    return `right(${left.folded}, length(${part})) = ${part}`
  }

  /** Numbers as numbers, dates as dates, nothing else. */
  #ordered(left: Operand, sign: Sign, right: unknown): string {
    const number = toNumber(right)
    if (number === undefined) return this.#dated(left, sign, right)
    if (left.number === null) return 'false'
    return `${left.number} ${sign} ${this.#parameters.number(number)}`
  }

  /** A day is neither before nor after a moment within it. */
  #dated(left: Operand, sign: Sign, right: unknown): string {
    const span = spanOf(right, this.#calendar)
    if (span === undefined || left.span === null) return 'false'
    if (sign === '<') return `${left.span.to} <= ${this.#parameters.moment(span.from)}`
    if (sign === '<=') return `${left.span.from} < ${this.#parameters.moment(span.to)}`
    if (sign === '>') return `${left.span.from} >= ${this.#parameters.moment(span.to)}`
    return `${left.span.to} > ${this.#parameters.moment(span.from)}`
  }

  #onDay(left: Operand, right: unknown): string {
    const span = spanOf(right, this.#calendar)
    if (span === undefined || left.span === null) return 'false'
    const { timeZone } = this.#calendar
    const from = this.#parameters.moment(startOfDay(span.from, timeZone))
    const to = this.#parameters.moment(startOfDay(span.from, timeZone, 1))
    return `(${left.span.from} >= ${from} and ${left.span.from} < ${to})`
  }

  /** Counted in days of the workspace's calendar; today belongs to both, up to this moment or from it on. */
  #around(left: Operand, op: 'in_last_days' | 'in_next_days', right: unknown): string {
    const wanted = toNumber(right)
    if (wanted === undefined || wanted < 0 || left.span === null) return 'false'
    const days = Math.min(Math.floor(wanted), 100_000)
    const { now, timeZone } = this.#calendar
    const [from, to] =
      op === 'in_last_days'
        ? [startOfDay(now, timeZone, -days), now + 1]
        : [now, startOfDay(now, timeZone, days + 1)]
    const { span } = left
    return `(${span.from} < ${this.#parameters.moment(to)} and ${span.to} > ${this.#parameters.moment(from)})`
  }
}

const not = (condition: string): string => `not coalesce(${condition}, false)`

/** `*` stands for anything, `?` for one character; everything else for itself. */
const likePattern = (pattern: string): string =>
  pattern
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_')

/** The two ends of a "between"; anything else compares with nothing. */
function ends(right: unknown): [unknown, unknown] {
  if (Array.isArray(right) && right.length === 2) return [right[0], right[1]]
  if (typeof right === 'object' && right !== null && 'from' in right && 'to' in right) {
    return [right.from, right.to]
  }
  return [undefined, undefined]
}
