import type { Point } from '../document.ts'

export interface LayoutNode {
  id: string
  width: number
  height: number
  x: number
  y: number
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
