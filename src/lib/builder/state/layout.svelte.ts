/** Where a browser keeps small things; `localStorage` fits. */
type Drawer = Pick<Storage, 'getItem' | 'setItem'>

const KEY = 'weft-builder-palette'

/** Which panels of the builder are open. */
export class Layout {
  /** What the right side shows: the open step, or what's wrong. */
  side = $state<'step' | 'problems'>('step')
  #palette = $state(true)
  readonly #drawer: Drawer

  constructor(drawer: Drawer) {
    this.#drawer = drawer
    this.#palette = drawer.getItem(KEY) !== 'closed'
  }

  /** Whether the list of steps stands at the left; remembered in this browser. */
  get palette(): boolean {
    return this.#palette
  }

  set palette(isOpen: boolean) {
    this.#palette = isOpen
    this.#drawer.setItem(KEY, isOpen ? 'open' : 'closed')
  }

  show(side: 'step' | 'problems'): void {
    this.side = side
  }
}
