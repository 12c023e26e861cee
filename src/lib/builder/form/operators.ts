import type { Data } from '#lib/engine/data.ts'
import { TAKES_NO_RIGHT, type Rule } from '#lib/engine/index.ts'

type Operator = Rule['op']
export type ValueKind = 'text' | 'number' | 'date' | 'list' | 'boolean'

/** How a comparison reads between its two sides. */
export const OPERATOR_WORDS: Record<Operator, string> = {
  equals: 'is',
  not_equals: 'is not',
  contains: 'contains',
  not_contains: 'does not contain',
  starts_with: 'starts with',
  ends_with: 'ends with',
  in: 'is one of',
  not_in: 'is none of',
  matches: 'matches the pattern',
  greater_than: 'is greater than',
  greater_or_equal: 'is at least',
  less_than: 'is less than',
  less_or_equal: 'is at most',
  between: 'is between',
  before: 'is before',
  after: 'is after',
  on_day: 'is on the day',
  in_last_days: 'was in the last days',
  in_next_days: 'is in the next days',
  is_empty: 'is empty',
  is_not_empty: 'is not empty',
  is_true: 'is yes',
  is_false: 'is no',
  exists: 'is there',
  not_exists: 'is not there',
  changed: 'changed',
  changed_from: 'changed from',
  changed_to: 'changed to',
  increased_by: 'rose by at least',
  decreased_by: 'fell by at least',
}

const ALWAYS: Operator[] = ['is_empty', 'is_not_empty', 'exists', 'not_exists']
const CHANGES: Operator[] = ['changed', 'changed_from', 'changed_to']
const ORDER: Operator[] = [
  'greater_than',
  'greater_or_equal',
  'less_than',
  'less_or_equal',
  'between',
]
const EQUAL: Operator[] = ['equals', 'not_equals']

const BY_KIND: Record<ValueKind, Operator[]> = {
  text: [
    ...EQUAL,
    'contains',
    'not_contains',
    'starts_with',
    'ends_with',
    'in',
    'not_in',
    'matches',
  ],
  number: [...EQUAL, ...ORDER, 'in', 'not_in', 'increased_by', 'decreased_by'],
  date: ['on_day', 'before', 'after', 'between', 'in_last_days', 'in_next_days'],
  list: ['contains', 'not_contains', ...EQUAL],
  boolean: ['is_true', 'is_false'],
}

/** What kind of value this is, to offer the comparisons that fit; undefined when nobody knows. */
export function kindOf(value: Data | undefined): ValueKind | undefined {
  if (typeof value === 'number') return 'number'
  if (typeof value === 'boolean') return 'boolean'
  if (Array.isArray(value)) return 'list'
  if (typeof value !== 'string' || value === '') return undefined
  return /^\d{4}-\d{2}-\d{2}([T ].*)?$/.test(value) ? 'date' : 'text'
}

/**
 * Comparisons for a kind of value: only those that fit it, the chosen one among them. Of a value that nobody knows, all,
 * those that are used most first.
 */
export function operatorsFor(kind: ValueKind | undefined, chosen?: Operator): Operator[] {
  const own = chosen === undefined ? [] : [chosen]
  if (kind !== undefined) return [...new Set([...BY_KIND[kind], ...ALWAYS, ...CHANGES, ...own])]
  const all = Object.keys(OPERATOR_WORDS) as Operator[] // its keys are the operators
  return [...new Set([...BY_KIND.text, ...ORDER, ...ALWAYS, ...CHANGES, ...all])]
}

/** How many values stand on the right: none, one, or two. */
export function rightSides(op: Operator): 0 | 1 | 2 {
  if (TAKES_NO_RIGHT.has(op)) return 0
  return op === 'between' ? 2 : 1
}
