import { parseMoment } from '../time/moment.ts'
import { startOfDay } from '../time/zone.ts'
import { toBoolean, toNumber, toText } from './coerce.ts'

/** What dates are compared by. */
export interface Calendar {
  /** The workspace's. */
  timeZone: string
  /** Milliseconds since 1970. */
  now: number
}

/** Upper and lower case, and spaces around a text, make no difference: people see the same word. */
export const folded = (value: unknown): string => toText(value).trim().toLowerCase()

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null

/** No value, an empty text (or only spaces), an empty list or a group without fields. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (typeof value === 'string') return value.trim() === ''
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.keys(value).length === 0
}

/**
 * Two values are equal when
 * - one is a number and the other a number or a text that is one (`"5"` equals 5, `"5.0"` too);
 * - one is true or false and the other says the same (`"yes"` equals true);
 * - both are empty (no value, an empty text);
 * - both are lists or groups of fields with equal parts;
 * - otherwise: their texts are the same but for upper and lower case and spaces around.
 */
export function isEqual(left: unknown, right: unknown): boolean {
  if (isPlain(left) && isPlain(right)) {
    if (typeof left === 'number' || typeof right === 'number') {
      const [a, b] = [toNumber(left), toNumber(right)]
      if (a !== undefined && b !== undefined) return a === b
    }
    if (typeof left === 'boolean' || typeof right === 'boolean') {
      // An empty value isn't "no".
      return !isEmpty(left) && !isEmpty(right) && toBoolean(left) === toBoolean(right)
    }
    return folded(left) === folded(right)
  }
  if (isEmpty(left) || isEmpty(right)) return isEmpty(left) && isEmpty(right)
  if (Array.isArray(left) && Array.isArray(right)) {
    return (
      left.length === right.length && left.every((entry, index) => isEqual(entry, right[index]))
    )
  }
  if (isPlain(left) || isPlain(right) || Array.isArray(left) || Array.isArray(right)) return false
  const a = Object.entries(left as object) // neither plain nor a list: a group of fields
  const b = right as Record<string, unknown>
  return (
    a.length === Object.keys(b).length &&
    a.every(([key, entry]) => Object.hasOwn(b, key) && isEqual(entry, b[key]))
  )
}

/** A span of time that a value stands for: a whole day, or one moment. */
export interface Span {
  from: number
  /** The first moment after it. */
  to: number
}

/** Reads a date; a day without a time of day is the whole day in the workspace's time zone. */
export function spanOf(value: unknown, { timeZone }: Calendar): Span | undefined {
  if (typeof value !== 'string') return undefined
  const moment = parseMoment(value, timeZone)
  if (moment === undefined) return undefined
  return {
    from: moment.at,
    to: moment.wholeDay ? startOfDay(moment.at, timeZone, 1) : moment.at + 1,
  }
}

/**
 * Which of two values is larger: numbers (or texts that are numbers) as numbers, dates as dates, nothing else.
 * Undefined when they can't be compared.
 */
export function order(left: unknown, right: unknown, calendar: Calendar): number | undefined {
  const [a, b] = [toNumber(left), toNumber(right)]
  if (a !== undefined && b !== undefined) return a - b
  const [x, y] = [spanOf(left, calendar), spanOf(right, calendar)]
  if (x === undefined || y === undefined) return undefined
  // A moment within a day is neither before nor after that day.
  if (x.to <= y.from) return -1
  if (x.from >= y.to) return 1
  return 0
}

/**
 * Whether a text fits a pattern, in which `*` stands for anything and `?` for one character. Not a regular expression:
 * those can be made to run for years. This takes time in proportion to both lengths, whatever the pattern.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  let at = 0
  let star = -1
  let resumeAt = 0
  let index = 0
  while (index < text.length) {
    if (
      at < pattern.length &&
      (pattern[at] === '?' || pattern[at] === text[index]) &&
      pattern[at] !== '*'
    ) {
      at++
      index++
    } else if (pattern[at] === '*') {
      star = at++
      resumeAt = index
    } else if (star >= 0) {
      at = star + 1
      index = ++resumeAt
    } else {
      return false
    }
  }
  while (pattern[at] === '*') at++
  return at === pattern.length
}
