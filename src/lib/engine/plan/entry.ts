import type { PlanNode } from './plan.ts'

/**
 * What an execution that starts at one trigger has to wait for. Nodes that this trigger doesn't lead to take no part:
 * a join never waits for another trigger's branch.
 */
export interface Entry {
  trigger: PlanNode
  /** For the nodes outside of loops: how many edges can bring something, by slot. */
  outside: Uint16Array
  /** The same for each loop's body. */
  inside: ReadonlyMap<PlanNode, Uint16Array>
}

/** Counts the edges that can bring something when an execution starts at this trigger. */
export function entryAt(trigger: PlanNode, nodes: readonly PlanNode[]): Entry {
  const reached = new Set([trigger])
  for (const node of reached) {
    for (const edge of [...node.outgoing, ...node.bodyEdges]) reached.add(edge.target)
  }
  const counts = (members: readonly PlanNode[]): Uint16Array =>
    Uint16Array.from(
      members,
      (node) => node.incoming.filter((edge) => reached.has(edge.source)).length,
    )
  return {
    trigger,
    outside: counts(nodes.filter((node) => node.loop === null)),
    inside: new Map(
      nodes
        .filter((node) => node.type.effect === 'control')
        .map((loop) => [loop, counts(loop.body)]),
    ),
  }
}
