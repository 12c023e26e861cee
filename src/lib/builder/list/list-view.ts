import type { View } from '../commands/command.ts'
import type { Point } from '../document.ts'
import { stopOf, type ListState } from './list-state.svelte.ts'
import { listTexts as texts } from './texts.ts'

/** What the page's commands do where the steps are shown as a list only. */
export class ListView implements View {
  readonly #list: ListState
  readonly #open: { palette: () => void; connect: () => void }

  constructor(list: ListState, open: { palette: () => void; connect: () => void }) {
    this.#list = list
    this.#open = open
  }

  openPalette(): void {
    this.#open.palette()
  }

  openConnect(): void {
    this.#open.connect()
  }

  openLines(): void {
    const [id] = this.#list.editor.canvas.selectedNodes
    if (id !== undefined) this.#list.moveTo(id)
  }

  openMenu(): void {
    const stop = this.#list.active
    if (stop !== null) this.#list.menu = { stop, at: this.#list.anchorOf(stop) }
  }

  goTo(id: string): void {
    if (!this.#list.item(id)) return
    this.#list.select(id)
    this.focus(id)
  }

  focus(id: string): void {
    void this.#list.focus(stopOf.step(id))
  }

  beside(): string | null {
    const { selectedNodes } = this.#list.editor.canvas
    const gone = new Set(selectedNodes)
    const { order } = this.#list.outline
    const last = order.findLastIndex(({ id }) => gone.has(id))
    return order.find(({ id }, index) => index > last && !gone.has(id))?.id ?? null
  }

  /** A list has no places: the drawing's beginning. */
  middle(): Point {
    return { x: 0, y: 0 }
  }

  fit(): void {
    this.#onlyDrawn()
  }

  fitSelection(): void {
    this.#onlyDrawn()
  }

  zoom(): void {
    this.#onlyDrawn()
  }

  actualSize(): void {
    this.#onlyDrawn()
  }

  addNote(): void {
    this.#onlyDrawn()
  }

  toggleMinimap(): void {
    this.#onlyDrawn()
  }

  toggleTool(): void {
    this.#onlyDrawn()
  }

  #onlyDrawn(): void {
    this.#list.editor.say(texts.said.onlyDrawn)
  }
}
