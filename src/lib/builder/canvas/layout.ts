import { Graph, layout } from '@dagrejs/dagre'
import type { Point } from '../document.ts'

export interface LayoutNode {
  id: string
  width: number
  height: number
  x: number
  y: number
}

/** Space between steps of one column, and between columns (room for port labels and the "+"). */
const BETWEEN = { inColumn: 48, columns: 110 }

/**
 * Places steps from left to right along their edges. The drawing's top left corner stays where it was, so that the
 * view doesn't jump.
 */
export function tidyLayout(
  nodes: readonly LayoutNode[],
  edges: readonly { source: string; target: string }[],
): Map<string, Point> {
  if (nodes.length === 0) return new Map()
  const graph = new Graph({ multigraph: true })
  graph.setGraph({
    rankdir: 'LR',
    nodesep: BETWEEN.inColumn,
    ranksep: BETWEEN.columns,
    ranker: 'network-simplex',
  })
  graph.setDefaultEdgeLabel(() => ({}))
  const here = new Set(nodes.map(({ id }) => id))
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height })
  edges.forEach(({ source, target }, index) => {
    if (here.has(source) && here.has(target)) graph.setEdge(source, target, {}, String(index))
  })
  layout(graph)
  const placed = nodes.map(({ id, width, height }) => {
    const { x, y } = graph.node(id)
    // dagre tells the middle of a node; the canvas wants its corner.
    return { id, x: Number(x) - width / 2, y: Number(y) - height / 2 }
  })
  const shift = {
    x: Math.min(...nodes.map(({ x }) => x)) - Math.min(...placed.map(({ x }) => x)),
    y: Math.min(...nodes.map(({ y }) => y)) - Math.min(...placed.map(({ y }) => y)),
  }
  return new Map(
    placed.map(({ id, x, y }) => [id, { x: Math.round(x + shift.x), y: Math.round(y + shift.y) }]),
  )
}

/** A free place for a new step near a wanted one: moved down until it covers nothing. */
export function freePlace(
  wanted: Point,
  taken: readonly LayoutNode[],
  size: { width: number; height: number },
): Point {
  const gap = 24
  const covers = ({ x, y }: Point): LayoutNode | undefined =>
    taken.find(
      (node) =>
        x < node.x + node.width + gap &&
        x + size.width + gap > node.x &&
        y < node.y + node.height + gap &&
        y + size.height + gap > node.y,
    )
  let place = wanted
  for (let tries = 0; tries < 200; tries += 1) {
    const inTheWay = covers(place)
    if (!inTheWay) return place
    place = { x: place.x, y: inTheWay.y + inTheWay.height + gap }
  }
  return place
}
