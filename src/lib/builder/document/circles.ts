import type { EdgeDefinition } from '#lib/engine/definition/schema.ts'

/**
 * The edges without those that close a circle. Nobody can draw one, but two people who connect the same steps in opposite
 * directions at one moment make one together. The edges come in an order that everyone's copy has, so everyone's copy leaves
 * out the same; one that was left out is there again as soon as the others of its circle are gone.
 */
export function withoutCircles(edges: EdgeDefinition[]): EdgeDefinition[] {
  const circling = inCircles(edges)
  if (circling.size === 0) return edges
  const next = new Map<string, string[]>()
  return edges.filter(({ source, target }) => {
    if (!circling.has(source) || !circling.has(target)) return true
    if (leadsTo(next, target, source)) return false
    next.set(source, [...(next.get(source) ?? []), target])
    return true
  })
}

/** Steps that are on a circle or between two: what is left after taking away, again and again, those with no way in or out. */
function inCircles(edges: readonly EdgeDefinition[]): Set<string> {
  const after = peeled(edges, 'source', 'target')
  const left = edges.filter(({ source, target }) => after.has(source) && after.has(target))
  return left.length === 0 ? new Set() : peeled(left, 'target', 'source')
}

/** What no walk from steps without a way in gets to the end of. */
function peeled(
  edges: readonly EdgeDefinition[],
  from: 'source' | 'target',
  to: 'source' | 'target',
): Set<string> {
  const waiting = new Map<string, number>()
  const next = new Map<string, string[]>()
  for (const edge of edges) {
    waiting.set(edge[from], waiting.get(edge[from]) ?? 0)
    waiting.set(edge[to], (waiting.get(edge[to]) ?? 0) + 1)
    const targets = next.get(edge[from])
    if (targets) targets.push(edge[to])
    else next.set(edge[from], [edge[to]])
  }
  const free = [...waiting].flatMap(([id, count]) => (count === 0 ? id : []))
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    waiting.delete(id)
    for (const target of next.get(id) ?? []) {
      const count = (waiting.get(target) ?? 0) - 1
      waiting.set(target, count)
      if (count === 0) free.push(target)
    }
  }
  return new Set(waiting.keys())
}

function leadsTo(next: ReadonlyMap<string, string[]>, from: string, to: string): boolean {
  const seen = new Set<string>()
  const open = [from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === to) return true
    if (seen.has(id)) continue
    seen.add(id)
    open.push(...(next.get(id) ?? []))
  }
  return false
}
