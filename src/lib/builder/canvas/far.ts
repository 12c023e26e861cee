import type { Category, EdgeDefinition } from '#lib/engine/index.ts'
import type { Box } from '../state/canvas-state.svelte.ts'

/** What a box is painted with: the colour of its category, or that of notes. */
export interface FarBox extends Box {
  paint: Category | 'note'
}

/** Colours by name, as a canvas takes them. */
export type Paints = Record<Category | 'note' | 'line' | 'card' | 'chosen', string>

interface Scene {
  boxes: readonly FarBox[]
  edges: readonly EdgeDefinition[]
  selected: ReadonlySet<string>
  view: { x: number; y: number; zoom: number }
  width: number
  height: number
  paints: Paints
}

/** Where lines leave and reach a card: the middle of its head. */
const HEAD = 31

/** Paints boxes and lines as they're seen from far away; what is out of sight is passed over. */
export function paintFar(
  canvas: HTMLCanvasElement,
  pen: CanvasRenderingContext2D,
  { boxes, edges, selected, view, width, height, paints }: Scene,
): void {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width
    canvas.height = height
  }
  pen.setTransform(1, 0, 0, 1, 0, 0)
  pen.clearRect(0, 0, width, height)
  pen.setTransform(view.zoom, 0, 0, view.zoom, view.x, view.y)
  const seen = {
    left: -view.x / view.zoom,
    top: -view.y / view.zoom,
    right: (width - view.x) / view.zoom,
    bottom: (height - view.y) / view.zoom,
  }
  const byId = new Map(boxes.map((box) => [box.id, box]))
  pen.strokeStyle = paints.line
  pen.lineWidth = 1.4 / view.zoom
  pen.beginPath()
  for (const { source, target } of edges) {
    const [from, to] = [byId.get(source), byId.get(target)]
    if (!from || !to) continue
    const a = { x: from.x + from.width, y: from.y + HEAD }
    const b = { x: to.x, y: to.y + HEAD }
    const isOut =
      Math.max(a.x, b.x) < seen.left ||
      Math.min(a.x, b.x) > seen.right ||
      Math.max(a.y, b.y) < seen.top ||
      Math.min(a.y, b.y) > seen.bottom
    if (isOut) continue
    const bend = Math.max(30, Math.abs(b.x - a.x) / 2)
    pen.moveTo(a.x, a.y)
    if (Math.abs(a.y - b.y) < 2 && b.x > a.x) pen.lineTo(b.x, b.y)
    else pen.bezierCurveTo(a.x + bend, a.y, b.x - bend, b.y, b.x, b.y)
  }
  pen.stroke()
  for (const box of boxes) {
    const { x, y, width: wide, height: high, paint, id } = box
    if (x > seen.right || y > seen.bottom || x + wide < seen.left || y + high < seen.top) continue
    pen.fillStyle = selected.has(id) ? paints.chosen : paints.line
    const rim = (selected.has(id) ? 2.5 : 1) / view.zoom
    pen.fillRect(x - rim, y - rim, wide + rim * 2, high + rim * 2)
    pen.fillStyle = paints.card
    pen.fillRect(x, y, wide, high)
    pen.fillStyle = paints[paint]
    pen.fillRect(x + 12, y + 13, 36, 36)
    pen.fillRect(x + 60, y + 20, Math.min(120, wide - 72), 10)
  }
}
