/** What is known of a graph's vertices after walking it from its root; vertices are numbers. */
export interface Walked {
  /** Place of each vertex in an order in which it comes after what leads to it (circles aside); -1 where no way leads. */
  readonly rank: readonly number[]
  /** The last vertex that every way from the root to a vertex passes; -1 for the root and where no way leads. */
  readonly dominator: readonly number[]
}

/**
 * Finds for each vertex the one that all ways to it have in common (Cooper, Harvey and Kennedy's simple iteration: a
 * drawing without circles takes one round). That is where a join belongs in a list: after what its ways began with.
 */
export function walk(root: number, successors: readonly (readonly number[])[]): Walked {
  const order = reversePostorder(root, successors)
  const rank = successors.map(() => -1)
  order.forEach((vertex, index) => (rank[vertex] = index))
  const before = predecessors(order, successors)
  const dominator = successors.map(() => -1)
  dominator[root] = root
  for (let changed = true; changed;) {
    changed = false
    for (const vertex of order) {
      if (vertex === root) continue
      const known = (before.get(vertex) ?? []).filter((one) => dominator[one] !== -1)
      const common = known.reduce((a, b) => meet(a, b, rank, dominator))
      if (dominator[vertex] === common) continue
      dominator[vertex] = common
      changed = true
    }
  }
  dominator[root] = -1
  return { rank, dominator }
}

function meet(
  one: number,
  other: number,
  rank: readonly number[],
  dominator: readonly number[],
): number {
  const at = (vertex: number): number => rank[vertex] ?? 0
  let [a, b] = [one, other]
  while (a !== b) {
    if (at(a) > at(b)) a = dominator[a] ?? 0
    else b = dominator[b] ?? 0
  }
  return a
}

function predecessors(
  order: readonly number[],
  successors: readonly (readonly number[])[],
): Map<number, number[]> {
  const before = new Map<number, number[]>()
  for (const vertex of order) {
    for (const next of successors[vertex] ?? []) {
      const known = before.get(next)
      if (known) known.push(vertex)
      else before.set(next, [vertex])
    }
  }
  return before
}

/** Without recursion: a chain of two thousand steps is one way down. */
function reversePostorder(root: number, successors: readonly (readonly number[])[]): number[] {
  const seen = new Set([root])
  const finished: number[] = []
  // Visited from the last, so that the first comes first in the reversed order.
  const stack = [{ vertex: root, left: (successors[root] ?? []).length }]
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    top.left -= 1
    const next = successors[top.vertex]?.[top.left]
    if (next === undefined) {
      finished.push(top.vertex)
      stack.pop()
    } else if (!seen.has(next)) {
      seen.add(next)
      stack.push({ vertex: next, left: (successors[next] ?? []).length })
    }
  }
  return finished.reverse()
}
