import type { EdgeDefinition, NodeDefinition, WorkflowDefinition } from '#lib/engine/index.ts'
import { STEP_HEIGHT, STEP_WIDTH } from '../state/canvas-state.svelte.ts'
import { lineName, type Difference } from './difference.ts'
import type { ChangeKind } from './report.ts'

/** One drawing of two definitions: what is there now, and beside it what is gone. */
export interface MergedDrawing {
  definition: WorkflowDefinition
  /** Steps that changed, by id. */
  steps: ReadonlyMap<string, ChangeKind>
  /** Lines that came or went, by id. */
  lines: ReadonlyMap<string, 'added' | 'removed'>
}

/** Lays two definitions over each other. What is gone stands where it was, or beneath what stands there now. */
export function mergedDrawing(
  before: WorkflowDefinition,
  after: WorkflowDefinition,
  difference: Difference,
): MergedDrawing {
  const gone = placed(difference.removed, after.nodes)
  const goneLines = difference.lines.removed.map((edge) => ({ ...edge, id: goneId(edge) }))
  const nodes = [...after.nodes, ...gone]
  const ids = new Set(nodes.map(({ id }) => id))
  const drawn = goneLines.filter(({ source, target }) => ids.has(source) && ids.has(target))
  const added = new Set(difference.lines.added.map(lineName))
  return {
    definition: {
      ...after,
      nodes: nodes.map(({ group: _frame, ...node }) => node),
      edges: [...after.edges, ...drawn],
      notes: [],
      groups: [],
    },
    steps: new Map<string, ChangeKind>([
      ...difference.added.map(({ id }) => [id, 'added'] as const),
      ...difference.removed.map(({ id }) => [id, 'removed'] as const),
      ...difference.changed.map((step) => [step.after.id, 'changed'] as const),
    ]),
    lines: new Map([
      ...after.edges
        .filter((edge) => added.has(lineName(edge)))
        .map(({ id }) => [id, 'added'] as const),
      ...drawn.map(({ id }) => [id, 'removed'] as const),
    ]),
  }
}

const goneId = ({ id }: EdgeDefinition): string => `gone ${id}`.slice(0, 200)

const ROOM = 40

function placed(
  removed: readonly NodeDefinition[],
  there: readonly NodeDefinition[],
): NodeDefinition[] {
  const taken = there.map(({ position }) => position)
  return removed.map((node) => {
    const { x } = node.position
    let { y } = node.position
    const isTaken = () =>
      taken.some(
        (other) => Math.abs(other.x - x) < STEP_WIDTH && Math.abs(other.y - y) < STEP_HEIGHT + ROOM,
      )
    while (isTaken()) y += STEP_HEIGHT + ROOM
    taken.push({ x, y })
    return { ...node, position: { x, y } }
  })
}
