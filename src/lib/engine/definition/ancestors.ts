import type { Graph, GraphNode } from '../plan/graph.ts'

const BITS = 32

/**
 * Which nodes come before which, for a whole drawing at once: a row of bits for each node, made from the rows of those
 * right before it. A question is then one look at one bit, however long the drawing is.
 */
export class Ancestors {
  readonly #rows = new Map<GraphNode, Uint32Array>()

  constructor({ reachable }: Graph) {
    const length = Math.ceil(reachable.length / BITS)
    // In order of rank: those before a node are done by then. What leads here from nowhere has no row, nor a rank.
    for (const node of reachable) {
      const row = new Uint32Array(length)
      for (const { source } of node.incoming) {
        const before = this.#rows.get(source)
        if (before === undefined) continue
        for (let n = 0; n < length; n++) row[n] = (row[n] ?? 0) | (before[n] ?? 0)
        const at = Math.floor(source.rank / BITS)
        row[at] = (row[at] ?? 0) | (1 << (source.rank % BITS))
      }
      this.#rows.set(node, row)
    }
  }

  /** Whether a node is known to come before another. */
  has(earlier: GraphNode, node: GraphNode): boolean {
    const row = this.#rows.get(node)
    if (row === undefined || !this.#rows.has(earlier)) return false
    return ((row[Math.floor(earlier.rank / BITS)] ?? 0) & (1 << (earlier.rank % BITS))) !== 0
  }
}
