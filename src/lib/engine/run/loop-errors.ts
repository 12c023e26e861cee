import type { ErrorData } from '../store.ts'
import type { PlanNode } from '../plan/plan.ts'

/** The sentences of loops that can't go on. */
export const loopErrors = {
  /** What the items yield is more than a step may hand on. */
  tooManyResults: (loop: PlanNode, items: number): ErrorData => ({
    code: 'loop.results_too_large',
    title: 'The results of this loop are too large',
    detail: `What the first ${items.toLocaleString('en')} items yielded is more than a step may hand on.`,
    hint: 'If no later step needs the results, set "Results" of the loop to "Leave them out". Otherwise let the last step in the loop yield less.',
    node: loop.id,
    field: 'keepResults',
    retryable: false,
  }),

  /** The rules never held. */
  limitReached: (loop: PlanNode, passes: number): ErrorData => ({
    code: 'repeat.limit_reached',
    title: 'The rules did not become true',
    detail: `"${loop.title}" was repeated ${passes.toLocaleString('en')} times, which is the most that is allowed, and its rules were not true after the last time.`,
    hint: 'Allow more repeats, look at the rules, or let the workflow go on in this case.',
    node: loop.id,
    field: 'most',
    retryable: false,
  }),
}
