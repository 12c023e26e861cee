/** Where a browser keeps small things; `localStorage` fits. */
type Drawer = Pick<Storage, 'getItem' | 'setItem'>

const LOWEST = 160
const FIRST = 360
const KEY = 'weft-debug-panel'

/** How high the panel is and whether it's folded away; remembered in this browser. */
export class Dock {
  isOpen = $state(true)
  #height = $state(0)
  #room = $state(2000)
  readonly #drawer: Drawer | null

  /**
   * Without a drawer (a browser that keeps nothing, the server) it starts anew each time: `first` pixels high, as long as
   * nobody made it otherwise.
   */
  constructor(drawer: Drawer | null, isOpen = true, first = FIRST) {
    this.#drawer = drawer
    this.#height = first
    this.isOpen = isOpen
    const kept = read(drawer)
    if (kept === null) return
    this.#height = kept.height
    this.isOpen = kept.isOpen
  }

  get lowest(): number {
    return LOWEST
  }

  /** As high as it may get: something of the drawing stays in sight. */
  get highest(): number {
    return Math.max(LOWEST, this.#room - 160)
  }

  get height(): number {
    return Math.min(this.#height, this.highest)
  }

  /** Tells how much room there is for drawing and panel together. */
  fitInto(room: number): void {
    if (room > 0) this.#room = room
  }

  resize(height: number): void {
    this.#height = Math.round(Math.min(this.highest, Math.max(LOWEST, height)))
    this.#keep()
  }

  /** What a key does at the panel's edge; false when it's none of those. */
  key(key: string): boolean {
    const heights: Record<string, number> = {
      ArrowUp: this.height + 24,
      ArrowDown: this.height - 24,
      PageUp: this.height + 120,
      PageDown: this.height - 120,
      Home: LOWEST,
      End: this.highest,
    }
    const height = heights[key]
    if (height === undefined) return false
    this.resize(height)
    return true
  }

  toggle(isOpen = !this.isOpen): void {
    this.isOpen = isOpen
    this.#keep()
  }

  #keep(): void {
    try {
      this.#drawer?.setItem(KEY, `${this.isOpen ? 'open' : 'folded'} ${this.#height}`)
    } catch (error) {
      // Full or forbidden: the panel is as it is, it's only not remembered.
      console.info('The height of the panel was not kept.', error)
    }
  }
}

function read(drawer: Drawer | null): { height: number; isOpen: boolean } | null {
  const [state, height] = drawer?.getItem(KEY)?.split(' ') ?? []
  const pixels = Number(height)
  if (state === undefined || !Number.isFinite(pixels) || pixels < LOWEST) return null
  return { height: pixels, isOpen: state !== 'folded' }
}
