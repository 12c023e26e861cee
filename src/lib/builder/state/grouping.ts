import { drawing } from '../canvas/texts.ts'
import { groupThings, putIntoGroup } from '../document/groups.ts'
import { addNote, NOTE_SIZE } from '../document/notes.ts'
import type { Point } from '../document.ts'
import { texts } from '../texts.ts'
import type { Editor } from './editor.svelte.ts'

/** Puts a frame around what is selected, and asks for its name. */
export function groupSelected(editor: Editor): void {
  const { selected } = editor.canvas
  if (!editor.canEdit || selected.length === 0) return
  const title = drawing.newGroup((editor.definition.groups?.length ?? 0) + 1)
  editor.canvas.naming = groupThings(editor.document, selected, { title, colour: 'blue' })
  editor.say(texts.announce.grouped(selected.length))
}

/** Takes what is selected out of its groups; a frame that is left empty goes. */
export function leaveGroup(editor: Editor): void {
  const leaving = editor.canvas.selected.filter((id) => groupIdOf(editor, id) !== undefined)
  if (!editor.canEdit || leaving.length === 0) return
  putIntoGroup(editor.document, leaving, undefined)
  editor.say(texts.announce.ungrouped(leaving.length))
}

/** The group that a step or note stands in. */
export const groupIdOf = (editor: Editor, id: string): string | undefined =>
  editor.node(id)?.group ?? editor.definition.notes?.find((note) => note.id === id)?.group

/** Sticks a note onto the drawing, its middle at a point, and begins to write in it. */
export function addNoteAt(editor: Editor, at: Point): void {
  if (!editor.canEdit) return
  const corner = {
    x: Math.round(at.x - NOTE_SIZE.width / 2),
    y: Math.round(at.y - NOTE_SIZE.height / 2),
  }
  const id = addNote(editor.document, corner)
  editor.canvas.select([id])
  editor.canvas.writing = id
  editor.say(texts.announce.noteAdded)
}
