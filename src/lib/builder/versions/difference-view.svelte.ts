/** Where a browser keeps small things; `localStorage` fits. */
type Drawer = Pick<Storage, 'getItem' | 'setItem'>

const KEY = 'weft-versions-view'

/** Whether two drawings are shown beside each other or laid over each other; remembered in this browser. */
export class DifferenceView {
  #is = $state<'beside' | 'one'>('beside')
  readonly #drawer: Drawer

  constructor(drawer: Drawer) {
    this.#drawer = drawer
    if (drawer.getItem(KEY) === 'one') this.#is = 'one'
  }

  get is(): 'beside' | 'one' {
    return this.#is
  }

  set is(view: 'beside' | 'one') {
    this.#is = view
    this.#drawer.setItem(KEY, view)
  }
}
