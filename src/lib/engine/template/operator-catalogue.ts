import type { Rule } from './rules.ts'

/** What an operator compares; the rule editor offers those that fit the left side. */
export type OperandType = 'text' | 'number' | 'date' | 'list' | 'boolean' | 'any' | 'change'

/** What the right side of a rule is typed in as. */
export type RightKind = 'text' | 'number' | 'date' | 'list' | 'days' | 'two-values' | 'any' | 'none'

/** An operator in words, for the builder's rule editor. */
export interface OperatorEntry {
  op: Rule['op']
  /** Reads between the two sides: "Amount | is more than | 5". */
  label: string
  types: OperandType[]
  needsRight: boolean
  rightKind: RightKind
}

const entry = (
  op: Rule['op'],
  label: string,
  types: OperandType[],
  rightKind: RightKind,
  needsRight = rightKind !== 'none',
): OperatorEntry => ({ op, label, types, needsRight, rightKind })

/** Every operator, in the order in which the editor shows them. What they mean exactly is written in operators.ts. */
export const OPERATOR_CATALOGUE: readonly OperatorEntry[] = [
  entry('equals', 'is', ['any'], 'any'),
  entry('not_equals', 'is not', ['any'], 'any'),
  entry('contains', 'contains', ['text', 'list'], 'text'),
  entry('not_contains', 'does not contain', ['text', 'list'], 'text'),
  entry('starts_with', 'starts with', ['text'], 'text'),
  entry('ends_with', 'ends with', ['text'], 'text'),
  entry('in', 'is one of', ['text', 'number'], 'list'),
  entry('not_in', 'is none of', ['text', 'number'], 'list'),
  entry('matches', 'looks like (* stands for anything)', ['text'], 'text'),
  entry('greater_than', 'is more than', ['number', 'date'], 'number'),
  entry('greater_or_equal', 'is at least', ['number', 'date'], 'number'),
  entry('less_than', 'is less than', ['number', 'date'], 'number'),
  entry('less_or_equal', 'is at most', ['number', 'date'], 'number'),
  entry('between', 'is between', ['number', 'date'], 'two-values'),
  entry('before', 'is before', ['date'], 'date'),
  entry('after', 'is after', ['date'], 'date'),
  entry('on_day', 'is on the day', ['date'], 'date'),
  entry('in_last_days', 'is in the last days', ['date'], 'days'),
  entry('in_next_days', 'is in the next days', ['date'], 'days'),
  entry('is_empty', 'is empty', ['any'], 'none'),
  entry('is_not_empty', 'is not empty', ['any'], 'none'),
  entry('is_true', 'is yes', ['boolean'], 'none'),
  entry('is_false', 'is no', ['boolean'], 'none'),
  entry('exists', 'is there', ['any'], 'none'),
  entry('not_exists', 'is not there', ['any'], 'none'),
  entry('changed', 'has changed', ['change'], 'none'),
  entry('changed_from', 'has changed from', ['change'], 'any'),
  entry('changed_to', 'has changed to', ['change'], 'any'),
  entry('increased_by', 'has grown by at least', ['change'], 'number', false),
  entry('decreased_by', 'has shrunk by at least', ['change'], 'number', false),
]
