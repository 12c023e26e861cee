import type { Point } from '../document.ts'
import type { Box } from '../state/canvas-state.svelte.ts'

/** The edge or middle that boxes are lined up at. */
export const ALIGNMENTS = ['left', 'centre', 'right', 'top', 'middle', 'bottom'] as const
export type Alignment = (typeof ALIGNMENTS)[number]
export type Axis = 'across' | 'down'

/** Where boxes go so that they share an edge or their middle, that of all of them together. */
export function aligned(boxes: readonly Box[], to: Alignment): Map<string, Point> {
  const [left, right] = reach(boxes, 'across')
  const [top, bottom] = reach(boxes, 'down')
  const place = ({ x, y, width, height }: Box): Point => {
    switch (to) {
      case 'left':
        return { x: left, y }
      case 'centre':
        return { x: (left + right - width) / 2, y }
      case 'right':
        return { x: right - width, y }
      case 'top':
        return { x, y: top }
      case 'middle':
        return { x, y: (top + bottom - height) / 2 }
      case 'bottom':
        return { x, y: bottom - height }
    }
  }
  return new Map(boxes.map((box) => [box.id, rounded(place(box))]))
}

/** Where boxes go so that the gaps between them are the same; the outermost two stay. */
export function distributed(boxes: readonly Box[], axis: Axis): Map<string, Point> {
  const along = (box: Box): number => (axis === 'across' ? box.x : box.y)
  const length = (box: Box): number => (axis === 'across' ? box.width : box.height)
  const inOrder = boxes.toSorted((a, b) => along(a) - along(b))
  const [first] = inOrder
  const [, end] = reach(boxes, axis)
  if (!first || inOrder.length < 3) return new Map()
  const filled = inOrder.reduce((sum, box) => sum + length(box), 0)
  const gap = (end - along(first) - filled) / (inOrder.length - 1)
  let next = along(first)
  return new Map(
    inOrder.map((box) => {
      const place = axis === 'across' ? { x: next, y: box.y } : { x: box.x, y: next }
      next += length(box) + gap
      return [box.id, rounded(place)]
    }),
  )
}

/** The smallest box around others; null around nothing. */
export function around(boxes: readonly Omit<Box, 'id'>[]): Omit<Box, 'id'> | null {
  if (boxes.length === 0) return null
  const [left, right] = reach(boxes, 'across')
  const [top, bottom] = reach(boxes, 'down')
  return { x: left, y: top, width: right - left, height: bottom - top }
}

function reach(boxes: readonly Omit<Box, 'id'>[], axis: Axis): readonly [number, number] {
  const from = boxes.map(({ x, y }) => (axis === 'across' ? x : y))
  const to = boxes.map(({ x, y, width, height }) => (axis === 'across' ? x + width : y + height))
  return [Math.min(...from), Math.max(...to)]
}

const rounded = ({ x, y }: Point): Point => ({ x: Math.round(x), y: Math.round(y) })
