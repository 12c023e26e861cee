import type { Edge, Node } from '@xyflow/svelte'
import type { NoteDefinition } from '#lib/engine/definition/drawing.ts'
import type { NodeDefinition, WorkflowDefinition } from '#lib/engine/definition/schema.ts'
import type { Ports } from '#lib/engine/nodes/define-node.ts'
import { portsOf, type Registry } from '#lib/engine/nodes/registry.ts'
import type { Point } from '../document.ts'
import { texts } from '../texts.ts'
import { CARD, cardOf } from './card.ts'

export type StepNode = Node<{ step: NodeDefinition }, 'step'>
export type NoteNode = Node<{ note: NoteDefinition }, 'note'>
export type CanvasNode = StepNode | NoteNode
export type LineEdge = Edge<Record<string, never>, 'line'>

/** The width of a step on the canvas; its height depends on its ports. */
export const STEP_WIDTH = CARD.width
export const STEP_HEIGHT = CARD.head + CARD.rim * 2

/**
 * What Svelte Flow draws: the definition's nodes and edges with what only this screen knows of them (selection, sizes,
 * where something is just being dragged). What an execution does is not in here: a status must not redraw a node.
 */
export class CanvasState {
  nodes = $state.raw<CanvasNode[]>([])
  edges = $state.raw<LineEdge[]>([])
  /** The note that is being written in. */
  writing = $state<string | null>(null)
  /** The group whose name is being changed. */
  naming = $state<string | null>(null)
  /** Whether one looks from too far away to read anything. */
  isFar = $state(false)
  /** Whether the panel of the selected step waits, since it would move the drawing under an open menu or a drag. */
  holdsPanel = $state(false)
  /** The line that what is being dragged would go into, were it dropped now. */
  target = $state<string | null>(null)
  /** Selected steps. */
  readonly selectedNodes: readonly string[] = $derived(
    this.nodes.filter((node) => node.selected && node.type === 'step').map((node) => node.id),
  )
  readonly selectedNotes: readonly string[] = $derived(
    this.nodes.filter((node) => node.selected && node.type === 'note').map((node) => node.id),
  )
  /** Selected steps and notes. */
  readonly selected: readonly string[] = $derived([...this.selectedNodes, ...this.selectedNotes])
  readonly selectedEdges: readonly string[] = $derived(
    this.edges.filter((edge) => edge.selected).map((edge) => edge.id),
  )
  readonly #registry: Registry
  readonly #ports = new WeakMap<NodeDefinition, Ports>()
  /** Things to select as soon as they're drawn: those that were just added. */
  #toSelect: ReadonlySet<string> | null = null
  /** Where things are on their way from one place to another. */
  #gliding: ReadonlyMap<string, Point> = new Map()

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /** Takes over a definition. Untouched steps stay the same objects, so only what changed is drawn again. */
  apply(
    definition: WorkflowDefinition,
    draggedByOthers: Readonly<Record<string, Point>> = {},
  ): void {
    const before = new Map(this.nodes.map((node) => [node.id, node]))
    const toSelect = this.#toSelect
    const arrived =
      toSelect !== null &&
      [...definition.nodes, ...(definition.notes ?? [])].some(({ id }) => toSelect.has(id))
    if (arrived) this.#toSelect = null
    const where = (id: string, old: CanvasNode | undefined, position: Point): Point =>
      old?.dragging ? old.position : (this.#gliding.get(id) ?? draggedByOthers[id] ?? position)
    const isSelected = (id: string, old: CanvasNode | undefined): boolean =>
      arrived ? toSelect.has(id) : (old?.selected ?? false)
    const steps = definition.nodes.map((step) => {
      const old = before.get(step.id)
      const position = where(step.id, old, step.position)
      const selected = isSelected(step.id, old)
      if (old?.type === 'step' && old.data.step === step && isSame(old, position, selected)) {
        return old
      }
      return { ...(old as StepNode | undefined), ...this.#nodeOf(step), position, selected } // a step's id is no note's
    })
    const notes = (definition.notes ?? []).map((note) => {
      const old = before.get(note.id)
      const position = where(note.id, old, note.position)
      const selected = isSelected(note.id, old)
      if (old?.type === 'note' && old.data.note === note && isSame(old, position, selected)) {
        return old
      }
      return { ...(old as NoteNode | undefined), ...noteNode(note), position, selected } // and the other way round
    })
    this.nodes = [...steps, ...notes]
    this.#applyEdges(definition)
  }

  /** Selects exactly these; those that are not there yet when they arrive. */
  select(ids: Iterable<string>, edges: Iterable<string> = []): void {
    const wanted = new Set(ids)
    const wantedEdges = new Set(edges)
    const present = new Set(this.nodes.map(({ id }) => id))
    this.#toSelect = [...wanted].every((id) => present.has(id)) ? null : wanted
    this.nodes = this.nodes.map((node) =>
      (node.selected ?? false) === wanted.has(node.id)
        ? node
        : { ...node, selected: wanted.has(node.id) },
    )
    this.edges = this.edges.map((edge) =>
      (edge.selected ?? false) === wantedEdges.has(edge.id)
        ? edge
        : { ...edge, selected: wantedEdges.has(edge.id) },
    )
  }

  /** Moves things on the screen only, as a drag or a glide does; the document is told once, at the end. */
  place(positions: ReadonlyMap<string, Point>, state: 'gliding' | 'dragging' | 'still'): void {
    this.#gliding = state === 'still' ? new Map() : positions
    this.nodes = this.nodes.map((node) => {
      const position = positions.get(node.id)
      return position ? { ...node, position } : node
    })
  }

  /** Boxes of all steps as they're drawn, for layouts and free places. */
  boxes(): Box[] {
    return this.nodes.filter(({ type }) => type === 'step').map(boxOf)
  }

  /** Boxes of steps and notes. */
  allBoxes(): Box[] {
    return this.nodes.map(boxOf)
  }

  #applyEdges(definition: WorkflowDefinition): void {
    const before = new Map(this.edges.map((edge) => [edge.id, edge]))
    const ports = new Map(definition.nodes.map((node) => [node.id, this.#portsOf(node)]))
    const titles = new Map<string, string>(
      definition.nodes.map((node) => [node.id, this.#titleOf(node)]),
    )
    const edges = definition.edges.flatMap((edge) => {
      // A line at a port that isn't there (any more) can't be drawn; the problems list tells of it.
      const outputs = ports.get(edge.source)?.outputs
      if (outputs && !outputs.some(({ name }) => name === edge.sourcePort)) return []
      const ariaLabel = texts.canvas.line(
        titles.get(edge.source) ?? '',
        titles.get(edge.target) ?? '',
      )
      const old = before.get(edge.id)
      if (old?.ariaLabel === ariaLabel) return [old]
      return [
        {
          ...old,
          ariaLabel,
          id: edge.id,
          type: 'line' as const,
          source: edge.source,
          sourceHandle: edge.sourcePort,
          target: edge.target,
          targetHandle: edge.targetPort,
          data: {},
        },
      ]
    })
    // Svelte Flow looks through all lines when they're another list.
    const isSameList =
      edges.length === this.edges.length && edges.every((edge, n) => edge === this.edges[n])
    if (!isSameList) this.edges = edges
  }

  /** Kept for as long as the step is the same object. */
  #portsOf(step: NodeDefinition): Ports | undefined {
    const known = this.#ports.get(step)
    if (known) return known
    const type = this.#registry.get(step.type)
    const ports = type && portsOf(type, step.config, step.onError)
    if (ports) this.#ports.set(step, ports)
    return ports
  }

  #nodeOf(step: NodeDefinition): StepNode {
    const card = cardOf(this.#portsOf(step), step.note !== undefined)
    return {
      id: step.id,
      type: 'step',
      position: step.position,
      data: { step },
      initialWidth: STEP_WIDTH,
      initialHeight: card.height,
      handles: card.handles,
      ariaLabel: this.#titleOf(step),
    }
  }

  #titleOf(step: NodeDefinition): string {
    return step.title || (this.#registry.get(step.type)?.title ?? step.type)
  }
}

/** A thing of the drawing with its place and size. */
export interface Box extends Point {
  id: string
  width: number
  height: number
}

const boxOf = (thing: CanvasNode): Box => ({
  id: thing.id,
  ...thing.position,
  width: thing.width ?? thing.measured?.width ?? thing.initialWidth ?? STEP_WIDTH,
  height: thing.height ?? thing.measured?.height ?? thing.initialHeight ?? STEP_HEIGHT,
})

const noteNode = (note: NoteDefinition): NoteNode => ({
  id: note.id,
  type: 'note',
  position: note.position,
  data: { note },
  width: note.size.width,
  height: note.size.height,
  // Beneath steps and lines: a note may be as large as what it's about.
  zIndex: -1,
  connectable: false,
  handles: [],
  ariaLabel: texts.canvas.noteLabel(note.text),
})

const isSame = (old: CanvasNode, position: Point, selected: boolean): boolean =>
  old.position.x === position.x &&
  old.position.y === position.y &&
  (old.selected ?? false) === selected
