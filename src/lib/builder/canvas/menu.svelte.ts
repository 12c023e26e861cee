import type { MenuTarget } from '../commands/menus.ts'
import type { Point } from '../document.ts'
import type { Editor } from '../state/editor.svelte.ts'
import { groupOf } from './groups/frames.ts'

const LONG_PRESS_MS = 500
/** A finger never lies still. */
const STILL_PX = 10

/** The menu of the drawing: by right click, menu key, or a long press of a finger. */
export class CanvasMenuState {
  open = $state.raw<{ target: MenuTarget; where: Point } | null>(null)
  /** What lies at a point of the screen where the drawing is only painted; null while it isn't. */
  paintedAt: ((where: Point, isTouch: boolean) => string | null) | null = null
  readonly #editor: Editor
  /** Whether the last press was a finger's. */
  #isTouch = false
  #press: { timer: ReturnType<typeof setTimeout>; from: Point } | null = null

  constructor(editor: Editor) {
    this.#editor = editor
  }

  /** Opens the menu of what lies under an element; selects it first, as everywhere. */
  openAt(element: Element, where: Point, isTouch = false): void {
    const painted = element.matches('.svelte-flow__pane') ? this.paintedAt : null
    this.openFor(this.#targetOf(element, painted?.(where, isTouch)), where)
  }

  openFor(target: MenuTarget, where: Point): void {
    const { canvas } = this.#editor
    // The panel of a step that wasn't open opens later: it would move the drawing under the menu.
    canvas.holdsPanel ||= this.#editor.inspected === null
    if (target.kind === 'line') canvas.select([], [target.id])
    if (target.kind === 'step' || target.kind === 'note') canvas.select([target.id])
    if (target.kind === 'group') canvas.select(this.#membersOf(target.id))
    this.open = { target, where }
  }

  close(): void {
    this.open = null
    // On a touch screen a panel would cover the drawing: it opens when it's asked for.
    if (!this.#isTouch) this.#editor.canvas.holdsPanel = false
  }

  /** By the keyboard: at what has the focus. */
  openByKey(fallback: Element): void {
    const focused = document.activeElement
    const element = focused && fallback.contains(focused) ? focused : fallback
    const box = element.getBoundingClientRect()
    const isThing = element !== fallback
    const where = isThing
      ? { x: box.left + Math.min(24, box.width / 2), y: box.bottom - 4 }
      : { x: box.left + box.width / 2, y: box.top + box.height / 2 }
    this.openAt(element, where)
  }

  contextmenu(event: MouseEvent): void {
    event.preventDefault()
    this.cancelPress()
    if (this.open) return
    // A menu key has no place of its own.
    if (event.button !== 2 && event.clientX === 0 && event.clientY === 0) return
    const where = { x: event.clientX, y: event.clientY }
    this.openAt(event.target as Element, where, this.#isTouch) // mouse events come from elements
  }

  pointerdown(event: PointerEvent): void {
    this.cancelPress()
    this.#isTouch = event.pointerType === 'touch'
    const element = event.target as Element // pointer events come from elements
    if (event.pointerType !== 'touch' || !event.isPrimary || element.closest('textarea, input')) {
      return
    }
    const from = { x: event.clientX, y: event.clientY }
    const timer = setTimeout(() => {
      this.#press = null
      if (!this.open) this.openAt(element, from, true)
    }, LONG_PRESS_MS)
    this.#press = { timer, from }
  }

  pointermove(event: PointerEvent): void {
    if (!this.#press) return
    const { x, y } = this.#press.from
    if (Math.hypot(event.clientX - x, event.clientY - y) > STILL_PX) this.cancelPress()
  }

  cancelPress(): void {
    clearTimeout(this.#press?.timer)
    this.#press = null
  }

  #targetOf(element: Element, painted: string | null = null): MenuTarget {
    const { canvas } = this.#editor
    const selected = canvas.selected
    const group = element.closest('[data-group]')?.getAttribute('data-group')
    if (group) return { kind: 'group', id: group }
    const line = element.closest('[data-line]')?.getAttribute('data-line')
    const edge = element.closest('.svelte-flow__edge')?.getAttribute('data-id') ?? line
    if (edge) return { kind: 'line', id: edge }
    const id = painted ?? element.closest('.svelte-flow__node')?.getAttribute('data-id')
    if (id && selected.length > 1 && selected.includes(id)) return { kind: 'selection' }
    const thing = canvas.nodes.find((one) => one.id === id)
    return thing ? { kind: thing.type, id: thing.id } : { kind: 'drawing' }
  }

  #membersOf(group: string): string[] {
    return this.#editor.canvas.nodes.filter((thing) => groupOf(thing) === group).map(({ id }) => id)
  }
}
