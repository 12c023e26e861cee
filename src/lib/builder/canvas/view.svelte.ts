import { getViewportForBounds, useSvelteFlow, type Viewport } from '@xyflow/svelte'
import { prefersReducedMotion } from 'svelte/motion'
import { isTrigger, type NodeType } from '#lib/engine/index.ts'
import type { View } from '../commands/command.ts'
import type { Point } from '../document.ts'
import { addNoteAt } from '../state/grouping.ts'
import { STEP_HEIGHT, STEP_WIDTH, type Box } from '../state/canvas-state.svelte.ts'
import type { Editor } from '../state/editor.svelte.ts'
import { around } from './align.ts'
import { freePlace } from './layout.ts'
import { openingView } from './opening-view.ts'
import { walkFrom } from './walk.ts'

const MARGIN = 70
const PADDING = 0.15
const ZOOM_STEP = 1.2
/** The smallest that a drawing is shown. */
export const MIN_ZOOM = 0.05

interface Room {
  width: number
  height: number
}

/** What one came to see: where one looks for it depends on the room that there is. */
interface Goal {
  viewIn(room: Room): Viewport | null
  duration: number
}

/** What is seen of a drawing: where one looks, how near, with which tool; and what opens at which place of it. */
export class CanvasView implements View {
  /** Whether dragging on the empty drawing moves it or selects an area. */
  tool = $state<'move' | 'select'>('move')
  minimap = $state(true)
  /** The step for which a line is being picked. */
  lines = $state<{ node: string; anchor: Point } | null>(null)
  readonly #editor: Editor
  readonly #flow: ReturnType<typeof useSvelteFlow>
  readonly #frame: () => HTMLElement | undefined
  readonly #openMenu: () => void
  /** What is shown until somebody does something; null from then on. */
  #goal: Goal | null = null
  /** The room that the view is right for. */
  #room: Room | null = null

  constructor(
    editor: Editor,
    options: {
      flow: ReturnType<typeof useSvelteFlow>
      frame: () => HTMLElement | undefined
      openMenu: () => void
    },
  ) {
    this.#editor = editor
    this.#flow = options.flow
    this.#frame = options.frame
    this.#openMenu = options.openMenu
  }

  /** How movements of the view look; none for people who want no motion. */
  get motion(): { duration: number } {
    return { duration: prefersReducedMotion.current ? 0 : 250 }
  }

  fit(): void {
    this.#show(this.#editor.canvas.allBoxes(), 1)
  }

  fitSelection(): void {
    const selected = new Set(this.#editor.canvas.selected)
    const boxes = this.#editor.canvas.allBoxes().filter(({ id }) => selected.has(id))
    this.#show(boxes, 1.2)
  }

  /** Shows these things first, without a movement that nobody asked for. */
  begin(ids: ReadonlySet<string>): void {
    const all = this.#editor.canvas.allBoxes()
    const byId = new Map(all.map((box) => [box.id, box]))
    // In the order asked for: the first is where the drawing begins.
    const shown = [...ids].flatMap((id) => byId.get(id) ?? [])
    this.#goTo({
      viewIn: (room) => openingView(shown, all, room, { minZoom: MIN_ZOOM, padding: PADDING }),
      duration: 0,
    })
  }

  /** By where things are, not by what is on the screen: of a large drawing only a part is. */
  #show(boxes: readonly Box[], nearest: number): void {
    const bounds = around(boxes)
    if (!bounds) return
    this.#goTo({
      viewIn: ({ width, height }) =>
        getViewportForBounds(bounds, width, height, MIN_ZOOM, nearest, PADDING),
      ...this.motion,
    })
  }

  #goTo(goal: Goal): void {
    const frame = this.#frame()
    if (!frame) return
    this.#goal = goal
    this.#room = { width: frame.clientWidth, height: frame.clientHeight }
    const view = goal.viewIn(this.#room)
    if (view) void this.#flow.setViewport(view, { duration: goal.duration })
  }

  /** Somebody pressed, typed or turned the wheel: where they look is theirs from now on. */
  letGo(): void {
    this.#goal = null
  }

  /**
   * There's more room or less of it, because a panel opened or closed: what one came to see is shown in all of it, also
   * while one is still on the way there; else what is in the middle stays in the middle.
   */
  resize(room: Room): void {
    const before = this.#room
    // A drawing that is put away comes back as it was.
    if (room.width === 0 || room.height === 0) return
    this.#room = room
    if (!before || (before.width === room.width && before.height === room.height)) return
    const goal = this.#goal?.viewIn(room)
    if (goal) {
      void this.#flow.setViewport(goal, { duration: this.#goal?.duration ?? 0 })
      return
    }
    const { x, y, zoom } = this.#flow.getViewport()
    void this.#flow.setViewport({
      x: x + (room.width - before.width) / 2,
      y: y + (room.height - before.height) / 2,
      zoom,
    })
  }

  /** By steps, not by the flow's own zoomIn and zoomOut: asked for before the flow is there, those never move it. */
  zoom(by: 1 | -1): void {
    void this.#flow.setZoom(this.#flow.getZoom() * ZOOM_STEP ** by, this.motion)
  }

  actualSize(): void {
    void this.#flow.setZoom(1, this.motion)
  }

  toggleMinimap(): void {
    this.minimap = !this.minimap
  }

  toggleTool(): void {
    this.tool = this.tool === 'move' ? 'select' : 'move'
  }

  openMenu(): void {
    this.#openMenu()
  }

  addNote(at?: Point): void {
    addNoteAt(this.#editor, at ?? this.middle())
  }

  middle(): Point {
    return this.#flow.screenToFlowPosition(this.middleOfScreen())
  }

  goTo(id: string): void {
    this.#editor.canvas.holdsPanel = false
    this.#editor.canvas.select([id])
    this.#editor.reveal = id
    // Once it's in sight it's there to be focused.
    setTimeout(() => this.focus(id), this.motion.duration + 60)
  }

  focus(id: string): void {
    this.elementOf(id)?.focus({ preventScroll: true })
  }

  beside(): string | null {
    const { canvas, definition } = this.#editor
    const gone = new Set(canvas.selected)
    const left = canvas.allBoxes().filter(({ id }) => !gone.has(id))
    const from = canvas.allBoxes().find(({ id }) => gone.has(id))
    if (!from) return null
    for (const direction of ['left', 'right', 'up', 'down'] as const) {
      const id = walkFrom(from.id, direction, [from, ...left], definition.edges)
      if (id !== null) return id
    }
    return null
  }

  elementOf(id: string): HTMLElement | null {
    return (
      this.#frame()?.querySelector<HTMLElement>(
        `.svelte-flow__node[data-id="${CSS.escape(id)}"]`,
      ) ?? null
    )
  }

  /** Moves the view as little as needed; a drawing seen from afar is come closer to. */
  bringIntoSight(box: Box): void {
    this.letGo()
    const { x, y, zoom } = this.#flow.getViewport()
    const frame = this.#frame()
    if (zoom < 0.5) {
      const middle = [box.x + box.width / 2, box.y + box.height / 2] as const
      void this.#flow.setCenter(...middle, { zoom: 0.9, ...this.motion })
      return
    }
    const shift = (from: number, size: number, room: number): number => {
      const [start, end] = [from - MARGIN, from + size + MARGIN]
      return start < 0 ? -start : end > room ? room - end : 0
    }
    const by = {
      x: shift(box.x * zoom + x, box.width * zoom, frame?.clientWidth ?? 0),
      y: shift(box.y * zoom + y, box.height * zoom, frame?.clientHeight ?? 0),
    }
    if (by.x === 0 && by.y === 0) return
    void this.#flow.setViewport({ x: x + by.x, y: y + by.y, zoom }, this.motion)
  }

  /** Adds a step after the selected one, or in the middle of what is seen. */
  add(type: NodeType): string | null {
    const from = this.freePort()
    const size = { width: STEP_WIDTH, height: STEP_HEIGHT }
    const { x, y } = this.middle()
    const corner = { x: x - size.width / 2, y: y - size.height / 2 }
    const place = freePlace(corner, this.#editor.canvas.boxes(), size)
    return this.#editor.addStep(type, from && !isTrigger(type) ? { from } : { at: place })
  }

  openPalette(): void {
    if (!this.#editor.canEdit) return
    const from = this.freePort()
    this.#editor.insertion = {
      anchor: from ? this.anchorOf(from.node) : this.middleOfScreen(),
      ...(from ? { from } : { at: this.middle() }),
    }
  }

  openConnect(): void {
    const port = this.freePort()
    if (port && this.#editor.canEdit) {
      this.#editor.connecting = { ...port, anchor: this.anchorOf(port.node) }
    }
  }

  openLines(): void {
    const [node] = this.#editor.canvas.selectedNodes
    if (node !== undefined && this.#editor.canEdit) {
      this.lines = { node, anchor: this.anchorOf(node) }
    }
  }

  /** Where on the screen a panel opens that belongs to a step. */
  anchorOf(id: string): Point {
    const box = this.elementOf(id)?.getBoundingClientRect()
    return box ? { x: box.right, y: box.top + box.height / 2 } : this.middleOfScreen()
  }

  middleOfScreen(): Point {
    const box = this.#frame()?.getBoundingClientRect()
    return {
      x: (box?.left ?? 0) + (box?.width ?? 0) / 2,
      y: (box?.top ?? 0) + (box?.height ?? 0) / 2,
    }
  }

  /** The first selected step's first output that leads nowhere yet, else its first. */
  freePort(): { node: string; port: string } | null {
    const [id] = this.#editor.canvas.selectedNodes
    const node = id === undefined ? undefined : this.#editor.node(id)
    const outputs = (node && this.#editor.portsOf(node)?.outputs) ?? []
    const port =
      outputs.find(({ name }) => node && !this.#editor.isUsed(node.id, name)) ?? outputs[0]
    return node && port ? { node: node.id, port: port.name } : null
  }
}
