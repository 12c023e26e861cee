import type { PlanNode } from '../plan/plan.ts'

/** The loops that a node is in, the outermost first. */
export function loopsAround(node: PlanNode): PlanNode[] {
  const loops: PlanNode[] = []
  for (let { loop } = node; loop !== null; loop = loop.loop) loops.unshift(loop)
  return loops
}

/** All nodes of a loop's body, those of loops in it included. */
export function nodesWithin(loop: PlanNode): PlanNode[] {
  return loop.body.flatMap((node) => [node, ...nodesWithin(node)])
}

/**
 * A node and all that comes after it. A loop that it's in goes through its list again, and so does what follows that
 * loop; but not the steps of its body that come before.
 */
export function affectedBy(from: PlanNode): ReadonlySet<PlanNode> {
  const around = new Set(loopsAround(from))
  const affected = new Set([from, ...around])
  for (const node of affected) {
    const edges = around.has(node) ? node.outgoing : [...node.outgoing, ...node.bodyEdges]
    for (const edge of edges) affected.add(edge.target)
  }
  return affected
}

/** What leads to a node within the same body. */
export function leadingTo(node: PlanNode): PlanNode[] {
  const before = new Set(node.incoming.map((edge) => edge.source))
  for (const one of before) {
    for (const edge of one.incoming) before.add(edge.source)
  }
  return [...before].filter((one) => one.loop === node.loop)
}
