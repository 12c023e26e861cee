import type { EdgeDefinition, NodeDefinition, WorkflowDefinition } from '../definition/schema.ts'
import { isTrigger, type Registry } from '../nodes/registry.ts'
import type { NodeType } from '../nodes/define-node.ts'

/** A node in the drawing with its edges; only what is connected properly. */
export interface GraphNode {
  definition: NodeDefinition
  type: NodeType
  incoming: GraphEdge[]
  outgoing: GraphEdge[]
  /** The loop whose body it's in; null outside of loops. */
  loop: GraphNode | null
  /** Position in an order in which every node comes after those that lead to it; ties by the drawing's order. */
  rank: number
}

/** An edge between two nodes that exist. */
export interface GraphEdge {
  definition: EdgeDefinition
  source: GraphNode
  target: GraphNode
}

/** What can be known of a drawing without its configs. */
export interface Graph {
  /** In order of rank: what a trigger leads to. */
  reachable: GraphNode[]
  /** What no trigger leads to. */
  unreachable: GraphNode[]
  /** Nodes that lead back to themselves; empty in a sound drawing. */
  cyclic: GraphNode[]
  /** Nodes that come both from within a loop's body and from outside of it. */
  mixed: { node: GraphNode; loop: GraphNode }[]
  /** Steps that end the loop they're in, but are in none. */
  strayEnds: GraphNode[]
}

/** Whether an edge goes into the body of the loop that it starts at. */
export const entersBody = ({ source, definition }: GraphEdge): boolean =>
  source.type.effect === 'control' && definition.sourcePort === 'each'

/** Reads a drawing: what is reachable, in which order, and what belongs to which loop. */
export function readGraph(definition: WorkflowDefinition, registry: Registry): Graph {
  const nodes = connected(definition, registry)
  const reached = fromTriggers(nodes)
  const reachable = nodes.filter((node) => reached.has(node))
  const ordered = rank(reachable, reached)
  const inOrder = new Set(ordered)
  const cyclic = reachable.filter((node) => !inOrder.has(node) && leadsTo(node, node))
  const mixed = assignLoops(ordered, reached)
  return {
    reachable: ordered,
    unreachable: nodes.filter((node) => !reached.has(node)),
    cyclic,
    mixed,
    strayEnds: ordered.filter(
      ({ type, loop, definition: { disabled } }) =>
        type.endsLoop === true && loop === null && !disabled,
    ),
  }
}

function connected(definition: WorkflowDefinition, registry: Registry): GraphNode[] {
  const nodes = new Map<string, GraphNode>()
  for (const node of definition.nodes) {
    const type = registry.get(node.type)
    if (type === undefined || nodes.has(node.id)) continue
    nodes.set(node.id, { definition: node, type, incoming: [], outgoing: [], loop: null, rank: 0 })
  }
  const seen = new Set<string>()
  for (const edge of definition.edges) {
    const [source, target] = [nodes.get(edge.source), nodes.get(edge.target)]
    // The same way twice is the same way.
    const way = JSON.stringify([edge.source, edge.sourcePort, edge.target, edge.targetPort])
    if (source === undefined || target === undefined || isTrigger(target.type) || seen.has(way))
      continue
    seen.add(way)
    const graphEdge = { definition: edge, source, target }
    source.outgoing.push(graphEdge)
    target.incoming.push(graphEdge)
  }
  return [...nodes.values()]
}

function fromTriggers(nodes: GraphNode[]): Set<GraphNode> {
  const reached = new Set(nodes.filter((node) => isTrigger(node.type)))
  // A set hands out what is added while it's walked through.
  for (const node of reached) for (const edge of node.outgoing) reached.add(edge.target)
  return reached
}

function rank(reachable: GraphNode[], reached: ReadonlySet<GraphNode>): GraphNode[] {
  const open = new Map(
    reachable.map((node) => [
      node,
      node.incoming.filter((edge) => reached.has(edge.source)).length,
    ]),
  )
  const ordered = reachable.filter((node) => open.get(node) === 0)
  for (const node of ordered) {
    for (const { target } of node.outgoing) {
      const left = (open.get(target) ?? 0) - 1
      open.set(target, left)
      if (left === 0) ordered.push(target)
    }
  }
  ordered.forEach((node, index) => (node.rank = index))
  return ordered
}

function leadsTo(from: GraphNode, wanted: GraphNode): boolean {
  const seen = new Set(from.outgoing.map((edge) => edge.target))
  for (const node of seen) {
    if (node === wanted) return true
    for (const edge of node.outgoing) seen.add(edge.target)
  }
  return false
}

/** A node is in the loop that the nodes before it are in; `each` leads one deeper, `done` doesn't. */
function assignLoops(ordered: GraphNode[], reached: ReadonlySet<GraphNode>): Graph['mixed'] {
  const mixed: Graph['mixed'] = []
  for (const node of ordered) {
    const loops = new Set(
      node.incoming
        .filter((edge) => reached.has(edge.source))
        .map((edge) => (entersBody(edge) ? edge.source : edge.source.loop)),
    )
    const [first = null, ...others] = [...loops].sort((a, b) => (b?.rank ?? -1) - (a?.rank ?? -1))
    node.loop = first
    if (first !== null && others.length > 0) mixed.push({ node, loop: first })
  }
  return mixed
}
