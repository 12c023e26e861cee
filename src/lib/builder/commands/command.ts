import { createContext } from 'svelte'
import type { Component } from 'svelte'
import type { Point } from '../document.ts'
import type { Editor } from '../state/editor.svelte.ts'

/** What the drawing on the screen can do beyond changing the document. */
export interface View {
  fit(): void
  fitSelection(): void
  zoom(by: 1 | -1): void
  actualSize(): void
  /** The palette of steps, at the selected step or in the middle of what is seen. */
  openPalette(): void
  openConnect(): void
  /** Picks a line that the selected step goes into. */
  openLines(): void
  addNote(at?: Point): void
  openMenu(): void
  toggleMinimap(): void
  toggleTool(): void
  /** Brings a step or note into sight and gives it the focus. */
  goTo(id: string): void
  /** The thing beside what is selected, to go on from when the selection is deleted. */
  beside(): string | null
  focus(id: string): void
  /** Where things are put that come from nowhere in particular: the middle of what is seen. */
  middle(): Point
}

/** Panels and dialogs of the page. */
export type Panel =
  | 'palette'
  | 'problems'
  | 'debug'
  | 'run'
  | 'publish'
  | 'settings'
  | 'results'
  | 'sheet'
  | 'search'
  | 'commands'
  | 'step'
  | 'tour'

/** Where commands work: a draft, the drawing of it, and the page around. */
export interface Place {
  readonly editor: Editor
  /** Nothing while the steps are shown as a list. */
  readonly view: View | null
  readonly mayRun: boolean
  /** Whether things may be seen moving to their new places. */
  readonly glides: boolean
  /** Opens a panel or dialog; those that stay open close when they are. */
  show(panel: Panel): void
}

export const SECTIONS = ['edit', 'add', 'arrange', 'move', 'view', 'workflow'] as const
export type Section = (typeof SECTIONS)[number]

/** Something that a person can do, with its one place for name, keys and conditions. */
export interface Command {
  id: string
  section: Section
  title: string | ((place: Place) => string)
  icon?: Component
  /** The first is the one that's shown. */
  keys?: readonly string[]
  /** Where the keys work: in the drawing (the default), on the whole page, or also while typing. */
  reach?: 'drawing' | 'page' | 'typing'
  /** The browser or the drawing itself acts on the keys; here they're only told. */
  told?: true
  /** Changes the draft: not there for people who may only look. */
  changes?: true
  danger?: true
  /** Not in the command palette: it makes sense only as a key. */
  keyOnly?: true
  /** Why it can't be done right now, in a sentence. */
  unavailable?: (place: Place) => string | null
  run?: (place: Place, at?: Point) => void
}

const [getPlace, setPlace, hasPlace] = createContext<Place>()
export { setPlace }

/** The place that commands work in, when this editor's drawing is what they are about; not where one only looks back. */
export function placeOf(editor: Editor): Place | null {
  const place = hasPlace() ? getPlace() : null
  return place?.editor === editor ? place : null
}

/** Whether somebody in this place has the command at all. */
export const isOffered = ({ editor }: Place, { changes }: Command): boolean =>
  editor.canEdit || !changes

export const titleOf = (place: Place, { title }: Command): string =>
  typeof title === 'string' ? title : title(place)

/** Does it, unless it can't be done now; then it says why. */
export function perform(place: Place, command: Command, at?: Point): void {
  const reason = isOffered(place, command) ? (command.unavailable?.(place) ?? null) : ''
  if (reason === null) command.run?.(place, at)
  else if (reason !== '') place.editor.say(reason)
}

/** Jumps to a step or note and opens it, in the drawing or the list. */
export function goTo({ editor, view }: Place, id: string): void {
  if (view) view.goTo(id)
  else editor.canvas.select([id])
}
