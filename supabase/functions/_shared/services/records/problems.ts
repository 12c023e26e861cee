import { nearest } from '../../../../../src/lib/engine/definition/nearest.ts'
import { ConfigProblem, StepFailure } from '../../../../../src/lib/engine/errors.ts'
import { codeOf } from '../../database/outage.ts'
import type { Queries } from '../../database/pool.ts'
import { NotStorable } from '../../store/stored-text.ts'

/** The step's own field that a problem is about. */
export type Asked = 'pipeline' | 'values' | 'changes' | 'where' | 'sortBy'

/** The pipeline is gone, or was never one of this workspace. */
export function unknownPipeline(cause?: unknown): ConfigProblem {
  return new ConfigProblem({
    code: 'records.unknown_pipeline',
    title: 'This pipeline does not exist',
    detail: 'The pipeline that this step uses was deleted, or belongs to another workspace.',
    hint: 'Open the step and pick a pipeline.',
    field: 'pipeline',
    cause,
  })
}

/** The pipeline has no such field; tells which one was probably meant. */
export function unknownField(key: string, known: string[], field: Asked): ConfigProblem {
  const like = nearest(key, known)
  return new ConfigProblem({
    code: 'records.unknown_field',
    title: 'This field does not exist',
    detail: `The pipeline has no field called "${key.slice(0, 80)}".`,
    hint:
      like === undefined ? `It has: ${known.slice(0, 30).join(', ')}.` : `Did you mean "${like}"?`,
    nearest: like,
    field,
  })
}

/** There is no such record (any more). */
export function recordNotFound(record: string): StepFailure {
  return new StepFailure({
    code: 'records.not_found',
    title: 'This record does not exist',
    detail: `There is no record "${record.slice(0, 80)}" in this workspace; it may have been deleted.`,
    hint: 'Pick the record from an earlier step, and check that the step finds one.',
    field: 'record',
    retryable: false,
  })
}

/** Some operators need what was before. */
export function unsupportedRule(operator: string): ConfigProblem {
  return new ConfigProblem({
    code: 'records.unsupported_rule',
    title: 'This comparison cannot be used to find records',
    detail: `"${operator.replaceAll('_', ' ')}" compares with an earlier value, which a search does not have.`,
    hint: 'Use another comparison, or a condition step after the search.',
    field: 'where',
  })
}

/** A list to compare with has a length up to which a search is sensible. */
export function listTooLong(most: number): ConfigProblem {
  return new ConfigProblem({
    code: 'records.list_too_long',
    title: 'This list is too long',
    detail: `A search can compare with a list of at most ${most} entries.`,
    hint: 'Search with a shorter list, or go through it in a loop.',
    field: 'where',
  })
}

/** What the database said, for people. What isn't theirs to solve stays as it is. */
export function explained(problem: unknown, field: Asked): unknown {
  if (problem instanceof NotStorable) return refused(problem.message, field, problem)
  const code = codeOf(problem)
  if (code === '23503') return unknownPipeline(problem)
  // Raised by private.check_record, whose sentences are written for people.
  if (code === '23514' && problem instanceof Error) return refused(problem.message, field, problem)
  // A value of a form that Postgres can't take, such as a number with a million digits.
  if (code.startsWith('22')) {
    return refused('One of the values has a form that cannot be stored.', field, problem)
  }
  return problem
}

/**
 * Queries that say at once what no further try will change: a right that steps don't have. Any other fault of unknown kind
 * is taken for a moment's weakness of the database, and the step's transaction is tried again for some seconds.
 */
export const withRights = (queries: Queries): Queries => ({
  async query(text, values) {
    try {
      return await queries.query(text, values)
    } catch (problem) {
      throw codeOf(problem) === '42501' ? notAllowed(problem) : problem
    }
  },
})

function notAllowed(cause: unknown): StepFailure {
  return new StepFailure({
    code: 'records.not_allowed',
    title: 'This step may not do that',
    detail: 'The database does not let workflows of this workspace do what this step asks for.',
    hint: 'Check that the step uses what belongs to this workspace. If it does, tell your administrator: a right is missing.',
    retryable: false,
    cause,
  })
}

function refused(sentence: string, field: Asked, cause: unknown): ConfigProblem {
  return new ConfigProblem({
    code: 'records.value_not_allowed',
    title: 'This value does not fit the field',
    detail: sentence,
    hint: 'Change the value in this step, or the field in the pipeline.',
    field,
    cause,
  })
}
