import { startOfDay } from '../time/zone.ts'
import { toBoolean, toList, toNumber, toText } from './coerce.ts'
import {
  folded,
  isEmpty,
  isEqual,
  matchesPattern,
  order,
  spanOf,
  type Calendar,
  type Span,
} from './compare.ts'
import type { Data } from '../data.ts'
import type { Rule } from './rules.ts'

/** True, false, or a reason why these values can't be compared that way (which counts as false). */
export type Verdict = boolean | { reason: string }

type Operator = (left: unknown, right: unknown, calendar: Calendar) => Verdict

const quoted = (value: unknown): string => {
  if (isEmpty(value)) return 'an empty value'
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'a group of fields'
  return `"${toText(value).slice(0, 60)}"`
}

const notA = (value: unknown, kind: string): Verdict => ({
  reason: `${quoted(value)} is not ${kind}.`,
})

/** Turns a true or false around, but keeps a reason: "not" of what can't be compared isn't true either. */
const not = (verdict: Verdict): Verdict => (typeof verdict === 'boolean' ? !verdict : verdict)

/** A list has it as an entry; a text has it somewhere. An empty text is in nothing. */
const contains: Operator = (left, right) => {
  if (Array.isArray(left)) return left.some((entry) => isEqual(entry, right))
  const part = folded(right)
  return part !== '' && folded(left).includes(part)
}

/** The left value is one of the right list; a text there is read as a list with commas. */
const isIn: Operator = (left, right) =>
  toList((right ?? []) as Data).some((entry) => isEqual(left, entry))

const compared =
  (test: (sign: number) => boolean): Operator =>
  (left, right, calendar) => {
    const sign = order(left, right, calendar)
    if (sign !== undefined) return test(sign)
    const fits = toNumber(left) !== undefined || spanOf(left, calendar) !== undefined
    return notA(fits ? right : left, 'a number or a date')
  }

/** Right is a list of two, or `{ from, to }`; both ends belong to it. */
const between: Operator = (left, right, calendar) => {
  const ends = Array.isArray(right) ? right : endsOf(right)
  if (ends.length !== 2) return { reason: 'Two values are needed: from and to.' }
  const low = compared((sign) => sign >= 0)(left, ends[0], calendar)
  return low === true ? compared((sign) => sign <= 0)(left, ends[1], calendar) : low
}

const endsOf = (right: unknown): unknown[] =>
  typeof right === 'object' && right !== null && 'from' in right && 'to' in right
    ? [right.from, right.to]
    : []

/** Both sides are dates. A whole day is over before something is after it, and has not begun when something is before it. */
const dated =
  (test: (left: Span, right: Span, calendar: Calendar) => boolean): Operator =>
  (left, right, calendar) => {
    const [a, b] = [spanOf(left, calendar), spanOf(right, calendar)]
    if (a === undefined) return notA(left, 'a date')
    if (b === undefined) return notA(right, 'a date')
    return test(a, b, calendar)
  }

/** Ten thousand years: whatever is a date is within, and further on there are none to count to. */
const MOST_DAYS = 3_650_000

/** Left is a date, right a number of days, counted in days of the workspace's calendar. */
const daysAround =
  (window: (days: number, calendar: Calendar) => Span): Operator =>
  (left, right, calendar) => {
    const span = spanOf(left, calendar)
    const days = toNumber(right)
    if (span === undefined) return notA(left, 'a date')
    if (days === undefined || days < 0) return notA(right, 'a number of days')
    const { from, to } = window(Math.min(Math.floor(days), MOST_DAYS), calendar)
    return span.from < to && span.to > from
  }

/**
 * What a value was and is now. Record triggers hand on changes as `{ from, to }`; with two plain values, left is the new
 * one. Without a change, nothing changed.
 */
function changeOf(left: unknown): { from: unknown; to: unknown } | undefined {
  if (typeof left !== 'object' || left === null || !('from' in left) || !('to' in left))
    return undefined
  return { from: left.from, to: left.to }
}

const onChange =
  (test: (from: unknown, to: unknown, right: unknown) => Verdict): Operator =>
  (left, right) => {
    const change = changeOf(left)
    return change === undefined ? false : test(change.from, change.to, right)
  }

/** By at least so much; any amount when nothing is given. */
const grewBy =
  (sign: 1 | -1): Operator =>
  (left, right) => {
    const change = changeOf(left)
    if (change === undefined) return false
    const [from, to] = [toNumber(change.from), toNumber(change.to)]
    if (from === undefined || to === undefined)
      return notA(from === undefined ? change.from : change.to, 'a number')
    const by = (to - from) * sign
    const least = isEmpty(right) ? 0 : toNumber(right)
    return least === undefined ? notA(right, 'a number') : by > 0 && by >= least
  }

/** Every operator with its rules. What "equal", "empty" and "a date" mean is written in compare.ts. */
export const OPERATORS: Record<Rule['op'], Operator> = {
  equals: (left, right) => isEqual(left, right),
  not_equals: (left, right) => !isEqual(left, right),
  contains,
  not_contains: (left, right, calendar) => not(contains(left, right, calendar)),
  starts_with: (left, right) => !isEmpty(right) && folded(left).startsWith(folded(right)),
  ends_with: (left, right) => !isEmpty(right) && folded(left).endsWith(folded(right)),
  in: isIn,
  not_in: (left, right, calendar) => not(isIn(left, right, calendar)),
  matches: (left, right) => matchesPattern(folded(left), folded(right)),
  greater_than: compared((sign) => sign > 0),
  greater_or_equal: compared((sign) => sign >= 0),
  less_than: compared((sign) => sign < 0),
  less_or_equal: compared((sign) => sign <= 0),
  between,
  before: dated((left, right) => left.to <= right.from),
  after: dated((left, right) => left.from >= right.to),
  on_day: dated(
    (left, right, { timeZone }) =>
      startOfDay(left.from, timeZone) === startOfDay(right.from, timeZone),
  ),
  // Today counts, and everything up to this moment of it.
  in_last_days: daysAround((days, { now, timeZone }) => ({
    from: startOfDay(now, timeZone, -days),
    to: now + 1,
  })),
  // From this moment to the end of the last of those days.
  in_next_days: daysAround((days, { now, timeZone }) => ({
    from: now,
    to: startOfDay(now, timeZone, days + 1),
  })),
  is_empty: (left) => isEmpty(left),
  is_not_empty: (left) => !isEmpty(left),
  is_true: (left) => toBoolean(left) === true,
  is_false: (left) => !isEmpty(left) && toBoolean(left) === false,
  // There is such a value, though it may be an empty text.
  exists: (left) => left !== undefined && left !== null,
  not_exists: (left) => left === undefined || left === null,
  changed: onChange((from, to) => !isEqual(from, to)),
  changed_from: onChange((from, to, right) => isEqual(from, right) && !isEqual(to, right)),
  changed_to: onChange((from, to, right) => isEqual(to, right) && !isEqual(from, right)),
  increased_by: grewBy(1),
  decreased_by: grewBy(-1),
}

/** Operators that ask whether there is a value at all: for them, an unknown variable is an answer and no error. */
export const ASKS_PRESENCE: ReadonlySet<string> = new Set([
  'exists',
  'not_exists',
  'is_empty',
  'is_not_empty',
])

/** Operators that need no right side. */
export const TAKES_NO_RIGHT: ReadonlySet<string> = new Set([
  ...ASKS_PRESENCE,
  'is_true',
  'is_false',
  'changed',
])
