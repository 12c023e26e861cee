import { nudge } from '../state/arrange.ts'
import type { Editor } from '../state/editor.svelte.ts'
import type { CanvasView } from './view.svelte.ts'
import { walkFrom, type Direction } from './walk.ts'

const directions: Record<string, Direction> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
}
const strides = {
  left: { x: -20, y: 0 },
  right: { x: 20, y: 0 },
  up: { x: 0, y: -20 },
  down: { x: 0, y: 20 },
}

/** The keys that are the drawing's own: arrows walk, select or move; Enter opens. All others are commands. */
export class CanvasKeys {
  readonly #editor: Editor
  readonly #view: CanvasView
  readonly #onopen: () => void

  constructor(editor: Editor, view: CanvasView, onopen: () => void) {
    this.#editor = editor
    this.#view = view
    this.#onopen = onopen
  }

  press(event: KeyboardEvent): void {
    const target = event.target as HTMLElement // key events come from elements
    if (target.closest('button, input, textarea, [contenteditable]')) return
    const direction = directions[event.key]
    if (direction) {
      event.preventDefault()
      if (event.altKey || event.ctrlKey || event.metaKey) nudge(this.#editor, strides[direction])
      else this.#walk(direction, event.shiftKey)
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.#open(event)
    }
  }

  #open(event: KeyboardEvent): void {
    const id = focusedThing()
    if (id === null) return
    event.preventDefault()
    const { canvas } = this.#editor
    const isSpace = event.key === ' '
    // Space adds to the selection or takes from it, as in a list.
    if (isSpace) {
      const rest = canvas.selected.filter((one) => one !== id)
      canvas.select(rest.length < canvas.selected.length ? rest : [...rest, id])
      return
    }
    canvas.select([id])
    if (this.#editor.node(id)) this.#onopen()
    else if (this.#editor.canEdit) canvas.writing = id
  }

  #walk(direction: Direction, extend: boolean): void {
    const { canvas, definition } = this.#editor
    const from = focusedThing() ?? canvas.selected[0] ?? null
    const to =
      from === null
        ? canvas.nodes[0]?.id
        : walkFrom(from, direction, canvas.allBoxes(), definition.edges)
    if (!to) return
    canvas.holdsPanel = false
    canvas.select(extend ? [...canvas.selected, to] : [to])
    this.#editor.reveal = to
    this.#view.focus(to)
    // What was out of sight is drawn only after the view has moved there.
    if (!this.#view.elementOf(to)) setTimeout(() => this.#view.focus(to), 300)
  }
}

/** The step or note that has the focus. */
export const focusedThing = (): string | null =>
  document.activeElement?.closest('.svelte-flow__node')?.getAttribute('data-id') ?? null
