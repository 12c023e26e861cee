import type { Execution, Step, StoredProblem } from '#lib/executions/rows.ts'
import { isFinished } from '#lib/executions/rows.ts'
import type { Drawing } from './drawing.ts'
import { texts } from './texts.ts'

const { reasons } = texts

/** Why a step was passed over, in a sentence. */
export function whySkipped(
  step: Pick<Step, 'node_id' | 'path'>,
  steps: readonly Step[],
  drawing: Drawing,
): string {
  return wayThere(step, steps, drawing) ?? reasons.noWay
}

/** What went wrong when it's no step's doing: the drawing couldn't be run, or all of it took too long. */
export function ownProblemOf(
  execution: Pick<Execution, 'error'>,
  steps: readonly Pick<Step, 'error'>[],
): StoredProblem | null {
  return steps.some((step) => step.error !== null) ? null : execution.error
}

/** Why there's nothing of a step in an execution, in a sentence. */
export function whyNotRun(
  node: string,
  execution: Pick<Execution, 'status' | 'trigger_node'>,
  steps: readonly Step[],
  drawing: Drawing,
): string {
  if (!drawing.node(node)) return reasons.notInVersion
  if (drawing.isTrigger(node) && node !== execution.trigger_node) return reasons.otherTrigger
  const why = wayThere({ node_id: node, path: '' }, steps, drawing)
  if (why !== undefined) return why
  return isFinished(execution.status) ? reasons.ended : reasons.notYet
}

/** What happened on the ways that lead to a step; nothing when that explains nothing. */
function wayThere(
  { node_id, path }: Pick<Step, 'node_id' | 'path'>,
  steps: readonly Step[],
  drawing: Drawing,
): string | undefined {
  if (drawing.node(node_id)?.disabled) return reasons.disabled
  let weaker: string | undefined
  for (const { source, sourcePort } of drawing.into(node_id)) {
    const before = steps.findLast(
      (step) => step.node_id === source && (path === '' || path.startsWith(step.path)),
    )
    if (!before) continue
    const title = drawing.title(source)
    const isPassedOver = before.status === 'skipped' && !drawing.node(source)?.disabled
    if (before.status === 'failed' && before.port === null) return reasons.afterFailed(title)
    if (!isPassedOver && before.port !== null && before.port !== sourcePort) {
      return reasons.otherWay(title, drawing.portLabel(source, before.port))
    }
    // A branch that was not taken says more than a step that was passed over because of it.
    if (isPassedOver) weaker ??= reasons.afterSkipped(title)
  }
  return weaker
}
