import { Graph, layout } from '@dagrejs/dagre'
import type { Point } from '../document.ts'
import { freePlace, type LayoutNode } from './layout.ts'

/** Space between steps of one column, and between columns (room for port labels and the "+"). */
const BETWEEN = { inColumn: 48, columns: 110 }

interface Line {
  source: string
  target: string
}

interface TidyNode extends LayoutNode {
  /** The frame that it stands in: what stands in one stays together. */
  group?: string | undefined
}

/**
 * Places steps from left to right along their edges. The drawing's top left corner stays where it was, so that the
 * view doesn't jump. Those in `fixed` stay where they are, and the others are placed round them.
 */
export function tidyLayout(
  nodes: readonly TidyNode[],
  edges: readonly Line[],
  fixed: ReadonlySet<string> = new Set(),
): Map<string, Point> {
  if (nodes.length === 0) return new Map()
  const ideal = idealPlaces(nodes, edges)
  if (fixed.size > 0) return around(nodes, edges, ideal, fixed)
  const places = [...ideal.values()]
  const shift = {
    x: Math.min(...nodes.map(({ x }) => x)) - Math.min(...places.map(({ x }) => x)),
    y: Math.min(...nodes.map(({ y }) => y)) - Math.min(...places.map(({ y }) => y)),
  }
  return new Map([...ideal].map(([id, place]) => [id, moved(place, shift)]))
}

const moved = ({ x, y }: Point, by: Point): Point => ({
  x: Math.round(x + by.x),
  y: Math.round(y + by.y),
})

function idealPlaces(nodes: readonly TidyNode[], edges: readonly Line[]): Map<string, Point> {
  const graph = new Graph({ multigraph: true, compound: true })
  graph.setGraph({
    rankdir: 'LR',
    nodesep: BETWEEN.inColumn,
    ranksep: BETWEEN.columns,
    ranker: 'network-simplex',
  })
  graph.setDefaultEdgeLabel(() => ({}))
  const here = new Set(nodes.map(({ id }) => id))
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height })
  for (const { id, group } of nodes) {
    if (group === undefined) continue
    graph.setNode(`group ${group}`, {})
    graph.setParent(id, `group ${group}`)
  }
  edges.forEach(({ source, target }, index) => {
    if (here.has(source) && here.has(target)) graph.setEdge(source, target, {}, String(index))
  })
  layout(graph)
  return new Map(
    nodes.map(({ id, width, height }) => {
      const { x, y } = graph.node(id)
      // dagre tells the middle of a node; the canvas wants its corner.
      return [id, { x: Number(x) - width / 2, y: Number(y) - height / 2 }]
    }),
  )
}

/**
 * Each stretch of steps that may move keeps the shape that the layout gives it, and goes where it lies best beside the
 * fixed steps that it's connected with.
 */
function around(
  nodes: readonly TidyNode[],
  edges: readonly Line[],
  ideal: ReadonlyMap<string, Point>,
  fixed: ReadonlySet<string>,
): Map<string, Point> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const taken: LayoutNode[] = nodes.filter(({ id }) => fixed.has(id))
  const places = new Map<string, Point>()
  for (const stretch of stretches(nodes, edges, fixed)) {
    const beside = edges.flatMap(({ source, target }) => {
      if (stretch.has(source) && fixed.has(target)) return [target]
      return stretch.has(target) && fixed.has(source) ? [source] : []
    })
    const anchors = beside.length > 0 ? beside : [...fixed]
    const shift = meanShift(anchors, byId, ideal)
    for (const id of stretch) {
      const node = byId.get(id)
      const place = ideal.get(id)
      if (!node || !place) continue
      const free = freePlace(moved(place, shift), taken, node)
      taken.push({ ...node, ...free })
      places.set(id, free)
    }
  }
  return places
}

/** How far anchors lie from where the layout would have put them, on average. */
function meanShift(
  anchors: readonly string[],
  byId: ReadonlyMap<string, LayoutNode>,
  ideal: ReadonlyMap<string, Point>,
): Point {
  const shifts = anchors.flatMap((id) => {
    const [is, should] = [byId.get(id), ideal.get(id)]
    return is && should ? [{ x: is.x - should.x, y: is.y - should.y }] : []
  })
  const mean = (name: 'x' | 'y'): number =>
    shifts.reduce((sum, shift) => sum + shift[name], 0) / (shifts.length || 1)
  return { x: mean('x'), y: mean('y') }
}

/** The steps that may move, in stretches that are connected without passing a fixed one. */
function stretches(
  nodes: readonly LayoutNode[],
  edges: readonly Line[],
  fixed: ReadonlySet<string>,
): Set<string>[] {
  const beside = new Map<string, string[]>()
  for (const { source, target } of edges) {
    if (fixed.has(source) || fixed.has(target)) continue
    beside.set(source, [...(beside.get(source) ?? []), target])
    beside.set(target, [...(beside.get(target) ?? []), source])
  }
  const seen = new Set<string>(fixed)
  return nodes.flatMap(({ id }) => {
    if (seen.has(id)) return []
    const stretch = new Set([id])
    for (const one of stretch) {
      seen.add(one)
      for (const next of beside.get(one) ?? []) stretch.add(next)
    }
    return [stretch]
  })
}
