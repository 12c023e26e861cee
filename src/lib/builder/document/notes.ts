import * as Y from 'yjs'
import type { DrawingColour } from '#lib/engine/definition/drawing.ts'
import type { Point, WorkflowDocument } from '../document.ts'
import { noteMap, notesOf, replaceText } from './shape.ts'
import { buildNote } from './write.ts'

/** How large a new note is. */
export const NOTE_SIZE = { width: 240, height: 160 }

/** Sticks a note onto the drawing; answers with its id. */
export function addNote(
  draft: WorkflowDocument,
  at: Point,
  text = '',
  colour: DrawingColour = 'yellow',
): string {
  return draft.together(() => {
    const id = draft.makeId()
    const note = { id, text, position: at, size: NOTE_SIZE, colour }
    notesOf(draft.doc).set(id, buildNote(note))
    return id
  })
}

/** Rewrites a note; the letters that stay are kept, so two people may write in one. */
export function writeNote(draft: WorkflowDocument, id: string, text: string): void {
  draft.together(() => {
    const before = noteMap(draft.doc, id)?.get('text')
    if (before instanceof Y.Text) replaceText(before, text.slice(0, 20_000))
    else noteMap(draft.doc, id)?.set('text', new Y.Text(text.slice(0, 20_000)))
  }, `write ${id}`)
}

export function colourNotes(
  draft: WorkflowDocument,
  ids: Iterable<string>,
  colour: DrawingColour,
): void {
  draft.together(() => {
    for (const id of ids) noteMap(draft.doc, id)?.set('colour', colour)
  })
}

/** Changes a note's size, and its place when it was pulled at the left or the top. */
export function resizeNote(
  draft: WorkflowDocument,
  id: string,
  box: Point & { width: number; height: number },
): void {
  draft.together(() => {
    const note = noteMap(draft.doc, id)
    if (!note) return
    for (const name of ['x', 'y', 'width', 'height'] as const) {
      const value = Math.round(box[name])
      if (note.get(name) !== value) note.set(name, value)
    }
  })
}
