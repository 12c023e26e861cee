import type { Edge, Node } from '@xyflow/svelte'
import type { NodeDefinition, WorkflowDefinition } from '#lib/engine/definition/schema.ts'
import { portsOf, type Registry } from '#lib/engine/nodes/registry.ts'
import type { Point } from '../document.ts'
import { texts } from '../texts.ts'

export type StepNode = Node<{ step: NodeDefinition }, 'step'>
export type LineEdge = Edge<Record<string, never>, 'line'>

/** The width of a step on the canvas; its height depends on its ports. */
export const STEP_WIDTH = 232
export const STEP_HEIGHT = 64

/**
 * What Svelte Flow draws: the definition's nodes and edges with what only this screen knows of them (selection, sizes,
 * where something is just being dragged). What an execution does is not in here: a status must not redraw a node.
 */
export class CanvasState {
  nodes = $state.raw<StepNode[]>([])
  edges = $state.raw<LineEdge[]>([])
  readonly selectedNodes: readonly string[] = $derived(
    this.nodes.filter((node) => node.selected).map((node) => node.id),
  )
  readonly selectedEdges: readonly string[] = $derived(
    this.edges.filter((edge) => edge.selected).map((edge) => edge.id),
  )
  readonly #registry: Registry
  /** Steps to select as soon as they're drawn: those that were just added. */
  #toSelect: ReadonlySet<string> | null = null

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
    const arrived = toSelect !== null && definition.nodes.some(({ id }) => toSelect.has(id))
    if (arrived) this.#toSelect = null
    this.nodes = definition.nodes.map((step) => {
      const old = before.get(step.id)
      const position = old?.dragging ? old.position : (draggedByOthers[step.id] ?? step.position)
      const selected = arrived ? toSelect.has(step.id) : (old?.selected ?? false)
      if (old && isSame(old, step, position, selected)) return old
      return { ...old, ...this.#nodeOf(step), position, selected }
    })
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

  /** Boxes of all steps as they're drawn, for layouts and free places. */
  boxes(): { id: string; x: number; y: number; width: number; height: number }[] {
    return this.nodes.map(({ id, position, measured }) => ({
      id,
      ...position,
      width: measured?.width ?? STEP_WIDTH,
      height: measured?.height ?? STEP_HEIGHT,
    }))
  }

  #applyEdges(definition: WorkflowDefinition): void {
    const before = new Map(this.edges.map((edge) => [edge.id, edge]))
    const ports = new Map(
      definition.nodes.map((node) => {
        const type = this.#registry.get(node.type)
        return [node.id, type && portsOf(type, node.config, node.onError)] as const
      }),
    )
    const titles = new Map<string, string>(
      definition.nodes.map((node) => [node.id, this.#titleOf(node)]),
    )
    this.edges = definition.edges.flatMap((edge) => {
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
  }

  #nodeOf(step: NodeDefinition): StepNode {
    return {
      id: step.id,
      type: 'step',
      position: step.position,
      data: { step },
      initialWidth: STEP_WIDTH,
      initialHeight: STEP_HEIGHT,
      ariaLabel: this.#titleOf(step),
    }
  }

  #titleOf(step: NodeDefinition): string {
    return step.title || (this.#registry.get(step.type)?.title ?? step.type)
  }
}

const isSame = (old: StepNode, step: NodeDefinition, position: Point, selected: boolean): boolean =>
  old.data.step === step &&
  old.position.x === position.x &&
  old.position.y === position.y &&
  (old.selected ?? false) === selected
