import { aligned, distributed, type Alignment, type Axis } from '../canvas/align.ts'
import type { Point } from '../document.ts'
import { nodeMap } from '../document/shape.ts'
import { texts } from '../texts.ts'
import type { Editor } from './editor.svelte.ts'

const GLIDE_MS = 260
/** More than that on the move at once is no pleasure to look at, and costs frames. */
const MOST_GLIDING = 300

/**
 * Lays the selected steps out anew, or all when fewer than two are selected. What somebody placed by hand stays when
 * that is asked for. The layout's code is fetched when it's first needed.
 */
export async function tidyUp(
  editor: Editor,
  { keepPlaced = false, animated = false }: { keepPlaced?: boolean; animated?: boolean },
): Promise<void> {
  if (!editor.canEdit) return
  const { tidyLayout } = await import('../canvas/tidy.ts')
  const selected = new Set(editor.canvas.selectedNodes)
  const boxes = editor.canvas
    .boxes()
    .filter(({ id }) => selected.size < 2 || selected.has(id))
    .map((box) => ({ ...box, group: editor.node(box.id)?.group }))
  const isPlaced = (id: string): boolean => nodeMap(editor.document.doc, id)?.get('placed') === true
  const fixed = new Set(keepPlaced ? boxes.map(({ id }) => id).filter(isPlaced) : [])
  const places = tidyLayout(boxes, editor.definition.edges, fixed)
  moveThere(editor, places, { by: 'layout', animated })
  editor.say(fixed.size > 0 ? texts.announce.tidiedRound(fixed.size) : texts.announce.tidied)
}

/** Lines the selected steps and notes up. */
export function align(editor: Editor, to: Alignment, animated = false): void {
  const boxes = selectedBoxes(editor)
  if (!editor.canEdit || boxes.length < 2) return
  moveThere(editor, aligned(boxes, to), { by: 'hand', animated })
  editor.say(texts.announce.aligned(boxes.length))
}

/** Makes the gaps between the selected steps and notes the same. */
export function distribute(editor: Editor, axis: Axis, animated = false): void {
  const boxes = selectedBoxes(editor)
  if (!editor.canEdit || boxes.length < 3) return
  moveThere(editor, distributed(boxes, axis), { by: 'hand', animated })
  editor.say(texts.announce.aligned(boxes.length))
}

/** Moves the selected steps and notes by so much. */
export function nudge(editor: Editor, by: Point): void {
  if (!editor.canEdit) return
  const places = selectedBoxes(editor).map(
    ({ id, x, y }) => [id, { x: x + by.x, y: y + by.y }] as const,
  )
  if (places.length > 0) editor.document.moveNodes(new Map(places), 'hand')
}

function selectedBoxes(editor: Editor) {
  const selected = new Set(editor.canvas.selected)
  return editor.canvas.allBoxes().filter(({ id }) => selected.has(id))
}

/** The document is told at once; on this screen things glide to their new places. */
function moveThere(
  editor: Editor,
  places: ReadonlyMap<string, Point>,
  { by, animated }: { by: 'hand' | 'layout'; animated: boolean },
): void {
  const before = new Map(
    editor.canvas
      .allBoxes()
      .filter(({ id }) => places.has(id))
      .map(({ id, x, y }) => [id, { x, y }]),
  )
  const glides = animated && places.size > 0 && places.size <= MOST_GLIDING
  if (glides) editor.canvas.place(before, 'gliding')
  editor.document.moveNodes(places, by)
  if (glides) glide(editor, before, places)
}

function glide(
  editor: Editor,
  from: ReadonlyMap<string, Point>,
  to: ReadonlyMap<string, Point>,
): void {
  const start = performance.now()
  const frame = (now: number): void => {
    const part = Math.min(1, Math.max(0, (now - start) / GLIDE_MS))
    // Quick at first, gentle at the end.
    const way = 1 - (1 - part) ** 3
    const between = [...to].map(([id, end]) => {
      const begin = from.get(id) ?? end
      const point = { x: mix(begin.x, end.x, way), y: mix(begin.y, end.y, way) }
      return [id, point] as const
    })
    editor.canvas.place(new Map(between), part < 1 ? 'gliding' : 'still')
    if (part < 1) requestAnimationFrame(frame)
    // An undo or a colleague may have moved things meanwhile: what the document says counts.
    else editor.followDragging()
  }
  requestAnimationFrame(frame)
}

const mix = (from: number, to: number, part: number): number => from + (to - from) * part
