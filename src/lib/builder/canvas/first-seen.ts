import { isTrigger, type Registry, type WorkflowDefinition } from '#lib/engine/index.ts'

/** A drawing up to this size is shown whole when it's opened; more would be too small to read. */
const WHOLE = 40
const BEGINNING = 14

/** The steps that are in sight when a drawing is opened: all of a small one, the beginning of a large one. */
export function firstSeen(definition: WorkflowDefinition, registry: Registry): { id: string }[] {
  const { nodes, edges } = definition
  if (nodes.length <= WHOLE) return nodes
  const start =
    nodes.find((node) => {
      const type = registry.get(node.type)
      return type !== undefined && isTrigger(type)
    }) ?? nodes[0]
  const seen = new Set<string>(start ? [start.id] : [])
  for (const id of seen) {
    for (const { source, target } of edges) {
      if (source === id && seen.size < BEGINNING) seen.add(target)
    }
  }
  return [...seen].map((id) => ({ id }))
}
