import type { Point } from '../document.ts'
import type { Box } from '../state/canvas-state.svelte.ts'
import type { Editor } from '../state/editor.svelte.ts'
import { Dragging } from './dragging.ts'

/** So far a press moves before it's a drag, in pixels of the screen. */
const STILL_PX = 4
/** A finger points less exactly than a mouse does. */
const FINGER_PX = 10

/** What a pointer does, as far as the far view looks at it. */
export interface FarPress {
  /** In the drawing. */
  readonly at: Point
  readonly zoom: number
  readonly isTouch: boolean
  /** Shift or Ctrl: adds to what is selected. */
  readonly adds: boolean
  /** Whether the tool for selecting areas is chosen. */
  readonly selects: boolean
}

type Act =
  | { kind: 'drag'; id: string; from: Point; places: ReadonlyMap<string, Point>; moved: boolean }
  | { kind: 'area'; from: Point; before: readonly string[]; moved: boolean }

/**
 * What a pointer does to a drawing that is only painted, as large ones are from far away: dragging things, selecting an
 * area, telling what lies under it. Looking around is left to Svelte Flow.
 */
export class FarPointer {
  /** What lies under the pointer. */
  hovered = $state<string | null>(null)
  /** The area that is being selected. */
  area = $state.raw<Omit<Box, 'id'> | null>(null)
  readonly #editor: Editor
  readonly #dragging: Dragging
  #act: Act | null = null

  constructor(editor: Editor) {
    this.#editor = editor
    // From so far away nobody can aim at a line.
    this.#dragging = new Dragging(editor, () => null)
  }

  get isBusy(): boolean {
    return this.#act !== null
  }

  /** The topmost thing at a point; the nearest one within reach of a finger. */
  hit({ x, y }: Point, reach = 0): string | null {
    let best: { id: string; far: number } | null = null
    for (const box of this.#editor.canvas.allBoxes()) {
      const across = Math.max(box.x - x, 0, x - box.x - box.width)
      const down = Math.max(box.y - y, 0, y - box.y - box.height)
      const far = Math.hypot(across, down)
      if (far <= reach && (!best || far <= best.far)) best = { id: box.id, far }
    }
    return best?.id ?? null
  }

  reachOf({ isTouch, zoom }: Pick<FarPress, 'isTouch' | 'zoom'>): number {
    return isTouch ? FINGER_PX / zoom : 0
  }

  /** Begins to drag or to select; false when the press is not about that: then the view is moved. */
  down(press: FarPress): boolean {
    const { canvas, canEdit } = this.#editor
    const id = this.hit(press.at, this.reachOf(press))
    this.hovered = null
    // A finger that is put down in a full drawing looks around; it drags only what was chosen before.
    const drags =
      id !== null && canEdit && !press.adds && (!press.isTouch || canvas.selected.includes(id))
    if (drags) {
      const ids = canvas.selected.includes(id) ? canvas.selected : [id]
      const places = new Map(
        canvas.nodes.filter((one) => ids.includes(one.id)).map((one) => [one.id, one.position]),
      )
      this.#act = { kind: 'drag', id, from: press.at, places, moved: false }
      return true
    }
    if (press.isTouch ? !press.selects : !press.adds && !press.selects) return false
    const before = press.adds ? canvas.selected : []
    this.#act = { kind: 'area', from: press.at, before, moved: false }
    return true
  }

  move({ at, zoom }: FarPress, onScreen: Point): void {
    const act = this.#act
    if (!act) return
    const by = { x: at.x - act.from.x, y: at.y - act.from.y }
    if (!act.moved && Math.hypot(by.x, by.y) * zoom < STILL_PX) return
    act.moved = true
    if (act.kind === 'drag') this.#drag(act, by, onScreen)
    else this.#select(act, at)
  }

  /** Lets go. Answers whether it had been more than a click. */
  up(onScreen: Point): boolean {
    const act = this.#act
    this.#act = null
    this.area = null
    if (!act?.moved) return false
    if (act.kind === 'drag') {
      const things = this.#editor.canvas.nodes.filter(({ id }) => act.places.has(id))
      this.#dragging.drop(things, onScreen)
      this.#editor.canvas.place(new Map(), 'still')
    }
    return true
  }

  /** Puts back what was being dragged. */
  cancel(): void {
    const act = this.#act
    this.#act = null
    this.area = null
    if (act?.kind !== 'drag' || !act.moved) return
    this.#editor.canvas.place(act.places, 'still')
    this.#editor.presence?.say({ dragged: null })
  }

  /** With Shift or Ctrl, a click chooses one more, or one less. */
  toggle(id: string): void {
    const { canvas } = this.#editor
    const without = canvas.selected.filter((one) => one !== id)
    canvas.select(without.length < canvas.selected.length ? without : [...without, id])
  }

  #drag({ id, places }: Act & { kind: 'drag' }, by: Point, onScreen: Point): void {
    const { canvas } = this.#editor
    if (!canvas.selected.includes(id)) {
      canvas.holdsPanel = true
      canvas.select([id])
    }
    const moved = new Map(
      [...places].map(([one, { x, y }]) => [one, { x: x + by.x, y: y + by.y }] as const),
    )
    canvas.place(moved, 'dragging')
    this.#dragging.move(
      canvas.nodes.filter((one) => moved.has(one.id)),
      onScreen,
    )
  }

  #select({ from, before }: Act & { kind: 'area' }, to: Point): void {
    const { canvas } = this.#editor
    const [left, top] = [Math.min(from.x, to.x), Math.min(from.y, to.y)]
    const [right, bottom] = [Math.max(from.x, to.x), Math.max(from.y, to.y)]
    this.area = { x: left, y: top, width: right - left, height: bottom - top }
    const within = canvas
      .allBoxes()
      .filter(
        (box) =>
          box.x < right && box.x + box.width > left && box.y < bottom && box.y + box.height > top,
      )
      .map(({ id }) => id)
    const wanted = new Set([...before, ...within])
    const { selected } = canvas
    if (wanted.size !== selected.length || selected.some((id) => !wanted.has(id))) {
      canvas.holdsPanel = true
      canvas.select(wanted)
    }
  }
}
