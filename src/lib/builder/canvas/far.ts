import type { Category, EdgeDefinition } from '#lib/engine/index.ts'
import type { Box } from '../state/canvas-state.svelte.ts'

/** What a box is painted with: the colour of its category, or that of notes. */
export interface FarBox extends Box {
  paint: Category | 'note'
}

/** What an execution did at a step, as far as it's marked from afar. */
export const FAR_STATUSES = ['succeeded', 'failed', 'running', 'waiting'] as const
export type FarStatus = (typeof FAR_STATUSES)[number]

/** Colours by name, as a canvas takes them. */
export type Paints = Record<Category | 'note' | 'line' | 'card' | 'chosen' | FarStatus, string>

interface Scene {
  boxes: readonly FarBox[]
  edges: readonly EdgeDefinition[]
  selected: ReadonlySet<string>
  statuses: ReadonlyMap<string, FarStatus>
  hovered: string | null
  /** The area that is being selected. */
  area: Omit<Box, 'id'> | null
  view: { x: number; y: number; zoom: number }
  width: number
  height: number
  paints: Paints
}

type Pen = CanvasRenderingContext2D

/** What of the drawing is on the screen. */
interface Seen {
  left: number
  top: number
  right: number
  bottom: number
}

/** Where lines leave and reach a card: the middle of its head. */
const HEAD = 31
/** The mark of a status is never smaller on the screen. */
const SMALLEST_MARK_PX = 9
/** Finer than this nobody sees, and it costs time for every pixel. */
const FINEST = 2

/** Paints boxes and lines as they're seen from far away; what is out of sight is passed over. */
export function paintFar(canvas: HTMLCanvasElement, pen: Pen, scene: Scene): void {
  const { view, width, height, area, paints } = scene
  const fine = Math.min(FINEST, globalThis.devicePixelRatio || 1)
  const [wide, high] = [Math.round(width * fine), Math.round(height * fine)]
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide
    canvas.height = high
  }
  pen.setTransform(1, 0, 0, 1, 0, 0)
  pen.clearRect(0, 0, wide, high)
  pen.setTransform(view.zoom * fine, 0, 0, view.zoom * fine, view.x * fine, view.y * fine)
  const seen = {
    left: -view.x / view.zoom,
    top: -view.y / view.zoom,
    right: (width - view.x) / view.zoom,
    bottom: (height - view.y) / view.zoom,
  }
  paintLines(pen, scene, seen)
  for (const box of scene.boxes) {
    const { x, y } = box
    if (x > seen.right || y > seen.bottom) continue
    if (x + box.width < seen.left || y + box.height < seen.top) continue
    paintBox(pen, box, scene)
  }
  if (!area) return
  pen.fillStyle = pen.strokeStyle = paints.chosen
  pen.lineWidth = 1 / view.zoom
  pen.strokeRect(area.x, area.y, area.width, area.height)
  pen.globalAlpha = 0.1
  pen.fillRect(area.x, area.y, area.width, area.height)
  pen.globalAlpha = 1
}

function paintLines(pen: Pen, { boxes, edges, view, paints }: Scene, seen: Seen): void {
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
}

function paintBox(pen: Pen, box: FarBox, scene: Scene): void {
  const { selected, statuses, hovered, view, paints } = scene
  const { x, y, width, height, paint, id } = box
  const status = statuses.get(id)
  const stands = selected.has(id) || hovered === id
  pen.fillStyle = stands ? paints.chosen : status ? paints[status] : paints.line
  const rim = (stands ? 2.5 : status ? 1.8 : 1) / view.zoom
  pen.fillRect(x - rim, y - rim, width + rim * 2, height + rim * 2)
  pen.fillStyle = paints.card
  pen.fillRect(x, y, width, height)
  pen.fillStyle = paints[paint]
  pen.fillRect(x + 12, y + 13, 36, 36)
  pen.fillRect(x + 60, y + 20, Math.min(120, width - 72), 10)
  if (!status) return
  const size = Math.min(height, Math.max(24, SMALLEST_MARK_PX / view.zoom))
  paintMark(pen, status, { x: x + width - size - 4, y: y + 4, size }, paints)
}

/** A disc in the status's colour with its sign in it: a tick, a cross, a triangle, two bars. */
function paintMark(
  pen: Pen,
  status: FarStatus,
  { x, y, size }: { x: number; y: number; size: number },
  paints: Paints,
): void {
  const at = (across: number, down: number): [number, number] => [
    x + across * size,
    y + down * size,
  ]
  pen.fillStyle = paints[status]
  pen.beginPath()
  pen.arc(...at(0.5, 0.5), size / 2, 0, Math.PI * 2)
  pen.fill()
  pen.fillStyle = pen.strokeStyle = paints.card
  pen.lineWidth = size * 0.13
  pen.beginPath()
  switch (status) {
    case 'succeeded':
      pen.moveTo(...at(0.27, 0.52))
      pen.lineTo(...at(0.44, 0.68))
      pen.lineTo(...at(0.73, 0.34))
      return pen.stroke()
    case 'failed':
      pen.moveTo(...at(0.32, 0.32))
      pen.lineTo(...at(0.68, 0.68))
      pen.moveTo(...at(0.68, 0.32))
      pen.lineTo(...at(0.32, 0.68))
      return pen.stroke()
    case 'running':
      pen.moveTo(...at(0.38, 0.28))
      pen.lineTo(...at(0.74, 0.5))
      pen.lineTo(...at(0.38, 0.72))
      return pen.fill()
    case 'waiting':
      pen.moveTo(...at(0.39, 0.3))
      pen.lineTo(...at(0.39, 0.7))
      pen.moveTo(...at(0.61, 0.3))
      pen.lineTo(...at(0.61, 0.7))
      return pen.stroke()
  }
}
