import type { Graph, GraphNode } from '../plan/graph.ts'

const BITS = 32

/**
 * Which nodes come before which, for a whole drawing at once: a row of bits for each node, made from the rows of those
 * right before it. A question is then one look at one bit, however long the drawing is.
 */
export class Ancestors {
  /** By rank. What leads here from nowhere has no rank of its own, nor a row. */
  readonly #nodes: readonly GraphNode[]
  readonly #length: number
  /** All rows, one after the other. */
  readonly #bits: Uint32Array

  constructor({ reachable }: Graph) {
    this.#nodes = reachable
    this.#length = Math.ceil(reachable.length / BITS)
    this.#bits = new Uint32Array(this.#length * reachable.length)
    // In order of rank: the rows of those before a node are done by then.
    for (const node of reachable) {
      for (const { source } of node.incoming) if (this.#isKnown(source)) this.#follow(node, source)
    }
  }

  /** Whether a node is known to come before another. */
  has(earlier: GraphNode, node: GraphNode): boolean {
    if (!this.#isKnown(earlier) || !this.#isKnown(node)) return false
    const word = this.#bits[node.rank * this.#length + Math.floor(earlier.rank / BITS)] ?? 0
    return (word & (1 << (earlier.rank % BITS))) !== 0
  }

  #isKnown(node: GraphNode): boolean {
    return this.#nodes[node.rank] === node
  }

  #follow(node: GraphNode, source: GraphNode): void {
    const bits = this.#bits
    const [to, from] = [node.rank * this.#length, source.rank * this.#length]
    // Nothing that comes later than the source comes before it.
    const last = Math.floor(source.rank / BITS)
    for (let n = 0; n <= last; n++) bits[to + n] = (bits[to + n] ?? 0) | (bits[from + n] ?? 0)
    bits[to + last] = (bits[to + last] ?? 0) | (1 << (source.rank % BITS))
  }
}
