import { errorData, toWeftError } from '../errors.ts'
import { passScope, type Facts } from '../run/scope.ts'
import type { Frame, Step } from '../run/state.ts'
import type { ErrorData } from '../store.ts'
import { evaluate } from '../template/conditions.ts'
import type { RuleTree } from '../template/rules.ts'

/** Whether the rules of a loop that repeats hold after a pass, or why nobody can tell. */
export function verdictOn(
  step: Step,
  frame: Frame,
  facts: Facts,
  now: number,
): boolean | ErrorData {
  try {
    const { until } = step.node.config.renderPass(passScope(step, frame, facts, now))
    // The node type's own schema has it that way.
    return evaluate(until as RuleTree, { timeZone: facts.workspace.timeZone, now })
  } catch (problem) {
    return errorData(toWeftError(problem), step.node.id)
  }
}
