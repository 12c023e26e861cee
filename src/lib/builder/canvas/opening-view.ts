import { getViewportForBounds, type Viewport } from '@xyflow/svelte'
import type { Box } from '../state/canvas-state.svelte.ts'
import { around } from './align.ts'

/** From this near, the words on a step can be read. */
export const READABLE = 0.7
/** Room that is left at the edges of the screen, where the choice of views and the tools lie over the drawing. */
const EDGES = { x: 40, y: 76 }

/**
 * Where one looks when a drawing is opened, at `shown`, whose first is where it begins. A part of a drawing is never
 * shown from too far away to be read: then what it begins with is in sight, and what follows as far as there's room.
 */
export function openingView(
  shown: readonly Box[],
  all: readonly Box[],
  room: { width: number; height: number },
  { minZoom, padding }: { minZoom: number; padding: number },
): Viewport | null {
  const [first] = shown
  const [part, whole] = [around(shown), around(all)]
  if (!first || !part || !whole) return null
  const fitting = getViewportForBounds(part, room.width, room.height, minZoom, 1, padding)
  if (shown.length === all.length) return fitting
  const zoom = Math.max(fitting.zoom, READABLE)
  const along = (at: 'x' | 'y', size: 'width' | 'height'): number => {
    const seen = (room[size] - 2 * EDGES[at]) / zoom
    const fits = part[size] <= seen
    const { [at]: from, [size]: length } = fits ? part : first
    const limits = fits ? whole : part
    const start = startOf(seen, from + length / 2, limits[at], limits[at] + limits[size])
    return EDGES[at] - zoom * start
  }
  return { x: along('x', 'width'), y: along('y', 'height'), zoom }
}

/** Where a view of this length starts: with `middle` in its middle, but without looking past the ends for nothing. */
function startOf(seen: number, middle: number, from: number, to: number): number {
  const wanted = middle - seen / 2
  return to - from <= seen ? wanted : Math.max(from, Math.min(wanted, to - seen))
}
