import { stepKey, type Step } from '#lib/executions/rows.ts'
import { isUnclear } from '#lib/executions/unclear.ts'

/**
 * Which step's details are shown: the one that was picked, else one of the node that is selected in the drawing, else
 * what one most likely looks for: what asks something, what failed, or the last that has begun.
 */
export function shownStep(
  steps: readonly Step[],
  picked: string | null,
  node: string | null,
): Step | null {
  const chosen = steps.find((step) => stepKey(step) === picked)
  if (chosen && (node === null || chosen.node_id === node)) return chosen
  const of = node === null ? steps : steps.filter((step) => step.node_id === node)
  const failed = of.findLast(
    ({ status, superseded, port }) => status === 'failed' && !superseded && port === null,
  )
  return of.find(isUnclear) ?? failed ?? of.at(-1) ?? null
}
