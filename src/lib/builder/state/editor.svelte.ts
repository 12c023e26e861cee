import { createContext } from 'svelte'
import type * as Y from 'yjs'
import type { Data } from '#lib/engine/data.ts'
import {
  defaultConfig,
  portsOf,
  type EdgeDefinition,
  type NodeDefinition,
  type NodeType,
  type Ports,
  type Registry,
  type WorkflowDefinition,
  type WorkflowSettings,
} from '#lib/engine/index.ts'
import { freePlace } from '../canvas/layout.ts'
import type { ClippingProblem } from '../document/clipboard.ts'
import { longTextsOf } from '../document/long-texts.ts'
import { WorkflowDocument, type NodeOptions, type Point } from '../document.ts'
import { ProblemList } from '../problems/problem-list.svelte.ts'
import type { Presence } from '../session/presence.svelte.ts'
import { texts } from '../texts.ts'
import { upstreamOf } from '../variables/sources.ts'
import { tidyUp } from './arrange.ts'
import { CanvasState, STEP_HEIGHT, STEP_WIDTH } from './canvas-state.svelte.ts'
import { DraftView } from './draft-view.ts'
import { RunStatus } from './run-status.svelte.ts'

/** Where the next step goes: after a port, into an edge, or at a point of the drawing. */
export interface Insertion {
  /** Where on the screen the palette opens. */
  anchor: { x: number; y: number }
  from?: { node: string; port: string }
  edge?: EdgeDefinition
  at?: Point
}

const APART = 110

/** The builder's state: one draft as it's drawn, and everything a person may do with it. */
export class Editor {
  readonly registry: Registry
  readonly document: WorkflowDocument
  readonly canvas: CanvasState
  readonly problems: ProblemList
  readonly run = new RunStatus()
  readonly presence: Presence | null
  definition = $state.raw() as WorkflowDefinition // set first thing in the constructor
  /** What steps gave out in the newest execution, for samples; by node id. */
  outputs = $state.raw<ReadonlyMap<string, Data>>(new Map())
  /** The palette that is open at a "+", and for what. */
  insertion = $state.raw<Insertion | null>(null)
  /** The step for which a target is being picked. */
  connecting = $state.raw<{ node: string; port: string; anchor: { x: number; y: number } } | null>(
    null,
  )
  /** The field that should take the focus, after a click on its problem. */
  focusField = $state.raw<{ node: string; field: string } | null>(null)
  /** The step that the drawing should be moved to. */
  reveal = $state<string | null>(null)
  /** What is said to screen readers, politely. */
  announcement = $state('')
  canUndo = $state(false)
  canRedo = $state(false)
  /** The step that was added last, until another is opened. */
  #fresh = $state<string | null>(null)
  readonly #canEdit: () => boolean
  readonly #view: DraftView
  readonly #nodes = $derived(
    new Map<string, NodeDefinition>(this.definition.nodes.map((node) => [node.id, node])),
  )
  /** Output ports that have an edge, as `<node> <port>`. */
  readonly #used = $derived(
    new Set(this.definition.edges.map((edge) => `${edge.source} ${edge.sourcePort}`)),
  )
  /** The one step whose settings are shown. */
  readonly inspected: NodeDefinition | null = $derived.by(() => {
    const [only, ...others] = this.canvas.selectedNodes
    return only !== undefined && others.length === 0 ? (this.node(only) ?? null) : null
  })

  constructor(options: {
    doc: Y.Doc
    registry: Registry
    canEdit: () => boolean
    presence?: Presence | null
    /** The id of the workflow that is drawn. */
    workflow?: string
  }) {
    this.registry = options.registry
    this.#canEdit = options.canEdit
    this.presence = options.presence ?? null
    this.canvas = new CanvasState(options.registry)
    this.document = new WorkflowDocument(options.doc, { longTexts: longTextsOf(options.registry) })
    this.#view = new DraftView(options.doc, (definition) => this.#take(definition))
    this.definition = this.#view.definition
    this.problems = new ProblemList(options.registry, options.workflow)
    this.#take(this.#view.definition)
    const { undoManager } = this.document
    for (const event of ['stack-item-added', 'stack-item-popped', 'stack-cleared'] as const) {
      undoManager.on(event, () => {
        this.canUndo = undoManager.canUndo()
        this.canRedo = undoManager.canRedo()
      })
    }
  }

  get canEdit(): boolean {
    return this.#canEdit()
  }

  /** Whether a step was just added and hasn't been left since. */
  isFresh(id: string): boolean {
    return this.#fresh === id
  }

  /** Called when a step is left: from now on it's told what it lacks. */
  leave(id: string): void {
    if (this.#fresh === id) this.#fresh = null
  }

  node(id: string): NodeDefinition | undefined {
    return this.#nodes.get(id)
  }

  typeOf(node: NodeDefinition): NodeType | undefined {
    return this.registry.get(node.type)
  }

  /** What people call a step. */
  titleOf(id: string): string {
    const node = this.node(id)
    return node ? node.title || (this.typeOf(node)?.title ?? node.type) : ''
  }

  portsOf(node: NodeDefinition): Ports | undefined {
    const type = this.typeOf(node)
    return type && portsOf(type, node.config, node.onError)
  }

  isUsed(node: string, port: string): boolean {
    return this.#used.has(`${node} ${port}`)
  }

  /** Whether a line from one step to another makes sense: not to itself, not to a trigger, not in a circle, not twice. */
  mayConnect(source: string, sourcePort: string, target: string): boolean {
    const to = this.node(target)
    if (!to || source === target || (this.portsOf(to)?.inputs.length ?? 0) === 0) return false
    const isThere = this.definition.edges.some(
      (edge) => edge.source === source && edge.sourcePort === sourcePort && edge.target === target,
    )
    return !isThere && !upstreamOf(this.definition, source).includes(target)
  }

  connect(source: string, sourcePort: string, target: string): void {
    const port = this.portsOf(this.node(target) ?? missing(target))?.inputs[0]?.name
    if (!this.canEdit || !port || !this.mayConnect(source, sourcePort, target)) return
    this.document.connect({ source, sourcePort, target, targetPort: port })
    this.say(texts.announce.connected(this.titleOf(source), this.titleOf(target)))
  }

  /** Adds a step of a type where it was asked for, connected, and selects it. */
  addStep(type: NodeType, where: Omit<Insertion, 'anchor'>): string | null {
    if (!this.canEdit) return null
    const config = defaultConfig(type)
    const ports = portsOf(type, config)
    const [inPort, outPort] = [ports.inputs[0]?.name, ports.outputs[0]?.name]
    const from = where.edge ? { node: where.edge.source, port: where.edge.sourcePort } : where.from
    const id = this.document.together(() => {
      const position = this.#placeFor(where, from?.node)
      return this.document.addNode({
        ...{ type: type.type, version: type.version, title: type.title, position, config },
        ...(from && inPort ? { from, inPort } : {}),
        ...(where.edge && inPort ? { replacing: where.edge.id } : {}),
        ...(where.edge && inPort && outPort
          ? { to: { node: where.edge.target, port: where.edge.targetPort }, outPort }
          : {}),
      })
    })
    this.#fresh = id
    this.canvas.select([id])
    this.say(texts.announce.added(type.title))
    return id
  }

  /** Changes a field; lines at ports that go with it (a removed case) go as well. */
  setConfig(id: string, field: string, value: Data | undefined): void {
    if (!this.canEdit) return
    this.#keepingPorts(id, () => this.document.setConfig(id, field, value), `config ${id} ${field}`)
  }

  setOption<Name extends keyof NodeOptions>(
    id: string,
    name: Name,
    value: NodeOptions[Name] | undefined,
  ): void {
    if (!this.canEdit) return
    this.#keepingPorts(id, () => this.document.setOption(id, name, value), `${name} ${id}`)
  }

  /** A rule for the whole workflow; without a value it's gone. */
  setSetting<Name extends keyof WorkflowSettings>(
    name: Name,
    value: WorkflowSettings[Name] | undefined,
  ): void {
    if (this.canEdit) this.document.setSetting(name, value)
  }

  setNote(id: string, note: string): void {
    if (this.canEdit) this.document.setNote(id, note)
  }

  /** Deletes what is selected. */
  removeSelected(): void {
    const { selectedNodes, selectedEdges, selectedNotes } = this.canvas
    this.remove(selectedNodes, selectedEdges, selectedNotes)
  }

  remove(
    nodes: readonly string[],
    edges: readonly string[] = [],
    notes: readonly string[] = [],
  ): void {
    if (!this.canEdit || nodes.length + edges.length + notes.length === 0) return
    this.document.remove({ nodes, edges, notes })
    if (nodes.length > 0) this.say(texts.announce.removed(nodes.length))
    else if (notes.length > 0) this.say(texts.announce.removedNotes(notes.length))
    else this.say(texts.announce.removedLines(edges.length))
  }

  duplicate(ids: readonly string[]): void {
    if (!this.canEdit || ids.length === 0) return
    this.canvas.select(this.document.duplicate(new Set(ids)))
  }

  copySelected(): string | null {
    const ids = new Set(this.canvas.selected)
    if (ids.size === 0) return null
    this.say(texts.announce.copied(ids.size))
    return this.document.copy(ids)
  }

  /** Adds what a clipboard's text holds; answers with the reason when it holds nothing that can be added. */
  paste(text: string, at?: Point): ClippingProblem | 'viewer' | null {
    if (!this.canEdit) return 'viewer'
    const ids = this.document.paste(text, at)
    if (typeof ids === 'string') return ids
    this.canvas.select(ids)
    // Copied elsewhere, it may lie where nobody looks just now.
    this.reveal = ids[0] ?? null
    this.say(texts.announce.pasted(ids.length))
    return null
  }

  /** Lays the selected steps out anew, or all when fewer than two are selected. */
  tidy(options: { keepPlaced?: boolean; animated?: boolean } = {}): Promise<void> {
    return tidyUp(this, options)
  }

  undo(): void {
    if (!this.canEdit || !this.canUndo) return
    this.document.undo()
    this.say(texts.announce.undone)
  }

  redo(): void {
    if (!this.canEdit || !this.canRedo) return
    this.document.redo()
    this.say(texts.announce.redone)
  }

  /** Draws again what others are just dragging. */
  followDragging(): void {
    this.#take(this.#view.definition)
  }

  say(sentence: string): void {
    // The same sentence twice would not be read again.
    this.announcement = this.announcement === sentence ? `${sentence}\u00a0` : sentence
  }

  destroy(): void {
    this.#view.destroy()
    this.document.destroy()
    this.problems.destroy()
  }

  #take(definition: WorkflowDefinition): void {
    this.definition = definition
    const dragged = Object.assign({}, ...(this.presence?.others.map((one) => one.dragged) ?? []))
    this.canvas.apply(definition, dragged)
    this.problems.check(definition)
  }

  #placeFor(where: Omit<Insertion, 'anchor'>, from: string | undefined): Point {
    const size = { width: STEP_WIDTH, height: STEP_HEIGHT }
    const boxes = this.canvas.boxes()
    if (where.at) return where.at
    const source = boxes.find(({ id }) => id === from)
    if (!source) return freePlace({ x: 0, y: 0 }, boxes, size)
    const right = source.x + source.width + APART
    if (!where.edge) return freePlace({ x: right, y: source.y }, boxes, size)
    const target = boxes.find(({ id }) => id === where.edge?.target)
    if (!target) return { x: right, y: source.y }
    this.#makeRoom(where.edge.target, right + STEP_WIDTH + APART - target.x)
    return { x: right, y: Math.round((source.y + target.y) / 2) }
  }

  /** Pushes a step and all after it to the right, so that another fits before it. */
  #makeRoom(id: string, by: number): void {
    if (by <= 0) return
    const moved = this.definition.nodes.filter(
      (node) => node.id === id || upstreamOf(this.definition, node.id).includes(id),
    )
    this.document.moveNodes(
      new Map(moved.map((node) => [node.id, { x: node.position.x + by, y: node.position.y }])),
    )
  }

  #keepingPorts(id: string, change: () => void, label: string): void {
    const before = this.node(id)
    const ports = before && this.portsOf(before)?.outputs
    this.document.together(() => {
      change()
      const after = this.document.toNode(id)
      const left = after && this.portsOf(after)?.outputs
      if (!ports || !left) return
      const gone = ports.filter(({ name }) => !left.some((port) => port.name === name))
      if (gone.length === 0) return
      const edges = this.definition.edges.filter(
        (edge) => edge.source === id && gone.some(({ name }) => name === edge.sourcePort),
      )
      this.document.remove({ edges: edges.map((edge) => edge.id) })
    }, label)
  }
}

function missing(id: string): never {
  throw new Error(`There is no step ${id}.`)
}

/** The editor of the page, for all components in it. */
export const [getEditor, setEditor] = createContext<Editor>()
