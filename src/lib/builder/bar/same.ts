import type { WorkflowDefinition } from '#lib/engine/index.ts'

/** A definition as text, the same for the same content: the order of names where steps are drawn, notes and groups don't count. */
function essence(definition: WorkflowDefinition): string {
  const { nodes, edges, settings } = definition
  const drawn = nodes.map((node) => ({ ...node, position: null, group: null })).toSorted(byId)
  const lines = edges.map(({ source, sourcePort, target, targetPort }) =>
    [source, sourcePort, target, targetPort].join(' '),
  )
  return JSON.stringify({ drawn, lines: lines.sort(), settings }, (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1)

/** Whether two definitions do the same: moving a step is not a change that needs publishing. */
export const isSameWorkflow = (a: WorkflowDefinition, b: WorkflowDefinition): boolean =>
  essence(a) === essence(b)
