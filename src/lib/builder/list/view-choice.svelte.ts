/** Where a browser keeps small things; `localStorage` fits. */
type Drawer = Pick<Storage, 'getItem' | 'setItem'>

/** How a workflow is shown: as a drawing, as a list of steps, or both side by side. */
export type View = 'canvas' | 'list' | 'both'

const VIEWS: readonly View[] = ['canvas', 'list', 'both']

/** Which view a person chose, remembered for each in this browser; on a phone it's the list until they choose. */
export class ViewChoice {
  #chosen = $state<View | null>(null)
  readonly #drawer: Drawer
  readonly #key: string
  readonly #isNarrow: () => boolean

  constructor(drawer: Drawer, person: string, isNarrow: () => boolean) {
    this.#drawer = drawer
    this.#isNarrow = isNarrow
    // A small screen is another place to work at: what is chosen there is no choice for the large one.
    this.#key = `weft-builder-view ${person}${isNarrow() ? ' small' : ''}`
    const kept = drawer.getItem(this.#key)
    this.#chosen = VIEWS.find((view) => view === kept) ?? null
  }

  /** The views there's room for. */
  get offered(): readonly View[] {
    return this.#isNarrow() ? VIEWS.slice(0, 2) : VIEWS
  }

  get view(): View {
    const { offered } = this
    const chosen = this.#chosen ?? (this.#isNarrow() ? 'list' : 'canvas')
    return offered.includes(chosen) ? chosen : 'list'
  }

  set view(view: View) {
    this.#chosen = view
    this.#drawer.setItem(this.#key, view)
  }

  get hasList(): boolean {
    return this.view !== 'canvas'
  }

  get hasCanvas(): boolean {
    return this.view !== 'list'
  }
}
