import * as Y from 'yjs'
import type { Data } from '#lib/engine/data.ts'
import type {
  NodeDefinition,
  WorkflowDefinition,
  WorkflowSettings,
} from '#lib/engine/definition/schema.ts'
import { NodeId } from '#lib/engine/ids.ts'
import {
  clip,
  readClipping,
  settle,
  type Clipping,
  type ClippingProblem,
} from './document/clipboard.ts'
import {
  edgeId,
  keyFromTitle,
  randomId,
  uniqueKey,
  uniqueTitle,
  type MakeId,
} from './document/names.ts'
import { readNode, toDefinition } from './document/read.ts'
import {
  configMap,
  edgesOf,
  groupsOf,
  nodeMap,
  nodesOf,
  noteMap,
  notesOf,
  replaceText,
  settingsOf,
  toData,
} from './document/shape.ts'
import { buildGroup, buildNode, buildNote, type LongTexts } from './document/write.ts'

export interface Point {
  x: number
  y: number
}

/** A line to draw, from an output port to an input port. */
export interface Connection {
  source: string
  sourcePort: string
  target: string
  targetPort: string
}

/** A step to add, as the palette hands it over. */
export interface NewNode {
  type: string
  version: number
  title: string
  position: Point
  config: Record<string, Data>
  /** Draws lines to and from it in the same stroke; an edge it's dropped on is replaced by them. */
  from?: { node: string; port: string }
  to?: { node: string; port: string }
  replacing?: string
  /** Port names of the new step, for those lines. */
  inPort?: string
  outPort?: string
}

/** Parts of a node besides its config that people set one by one. */
export interface NodeOptions {
  title: string
  retry: Data
  timeoutSeconds: number
  onError: 'stop' | 'continue' | 'port'
  disabled: boolean
  pinned: Data
}

/** How far a duplicate lies from its original. */
const BESIDE = { x: 40, y: 60 }

/**
 * One person's hand on a draft: every change goes through here, each as one transaction that undoes as one.
 * Knows nothing of the screen or the network.
 */
export class WorkflowDocument {
  readonly doc: Y.Doc
  readonly undoManager: Y.UndoManager
  /** Marks this person's own changes, so that undo takes back nobody else's. */
  readonly origin = { by: 'me' }
  /** Makes the id of whatever is added. */
  readonly makeId: MakeId
  readonly #longTexts: LongTexts
  #lastLabel = ''
  #strokes = 0
  #isInside = false

  constructor(doc: Y.Doc, options: { longTexts: LongTexts; makeId?: MakeId }) {
    this.doc = doc
    this.#longTexts = options.longTexts
    this.makeId = options.makeId ?? randomId
    this.undoManager = new Y.UndoManager(
      [nodesOf(doc), edgesOf(doc), notesOf(doc), groupsOf(doc), settingsOf(doc)],
      { trackedOrigins: new Set([this.origin]), captureTimeout: 1000 },
    )
  }

  /** The draft as a definition that always parses. */
  toDefinition(): WorkflowDefinition {
    return toDefinition(this.doc)
  }

  addNode(node: NewNode): string {
    return this.#stroke(() => {
      const id = NodeId.parse(this.makeId())
      const existing = toDefinition(this.doc).nodes
      const keys = new Set(existing.map(({ key }) => key))
      const built = buildNode(
        {
          id,
          key: uniqueKey(keyFromTitle(node.title), keys),
          type: node.type,
          version: node.version,
          title: uniqueTitle(node.title, new Set(existing.map(({ title }) => title))),
          position: node.position,
          config: node.config,
          onError: 'stop',
          disabled: false,
        },
        this.#longTexts,
      )
      nodesOf(this.doc).set(id, built)
      if (node.replacing) edgesOf(this.doc).delete(node.replacing)
      if (node.from && node.inPort) {
        this.#draw({
          source: node.from.node,
          sourcePort: node.from.port,
          target: id,
          targetPort: node.inPort,
        })
      }
      if (node.to && node.outPort) {
        this.#draw({
          source: id,
          sourcePort: node.outPort,
          target: node.to.node,
          targetPort: node.to.port,
        })
      }
      return id
    })
  }

  /**
   * Puts steps and notes where they were dragged or laid out to. Those that are gone meanwhile are passed over. What
   * somebody placed by hand is marked, so that tidying up can leave it there.
   */
  moveNodes(positions: ReadonlyMap<string, Point>, by: 'hand' | 'layout' = 'layout'): void {
    this.#stroke(() => {
      for (const [id, { x, y }] of positions) {
        const thing = nodeMap(this.doc, id) ?? noteMap(this.doc, id)
        if (!thing) continue
        if (thing.get('x') !== x) thing.set('x', x)
        if (thing.get('y') !== y) thing.set('y', y)
        if (by === 'hand') thing.set('placed', true)
        else if (thing.has('placed')) thing.delete('placed')
      }
    })
  }

  rename(id: string, title: string): void {
    this.setOption(id, 'title', title.slice(0, 200))
  }

  /** Sets one field of a node's config; undefined empties it. A long text keeps the letters that stay. */
  setConfig(id: string, field: string, value: Data | undefined): void {
    this.#typing(`config ${id} ${field}`, () => {
      const config = configMap(this.doc, id)
      if (!config) return
      const before = config.get(field)
      if (before instanceof Y.Text && (typeof value === 'string' || value === undefined)) {
        replaceText(before, value ?? '')
      } else if (value === undefined) {
        config.delete(field)
      } else if (JSON.stringify(toData(before)) !== JSON.stringify(value)) {
        config.set(field, this.#isLong(id, field, value) ? new Y.Text(value as string) : value) // #isLong says it's text
      }
    })
  }

  /** Sets or (with undefined) clears a part of a node besides its config. */
  setOption<Name extends keyof NodeOptions>(
    id: string,
    name: Name,
    value: NodeOptions[Name] | undefined,
  ): void {
    this.#typing(`${name} ${id}`, () => {
      const node = nodeMap(this.doc, id)
      if (!node) return
      if (value === undefined) node.delete(name)
      else node.set(name, value)
    })
  }

  setNote(id: string, note: string): void {
    this.#typing(`note ${id}`, () => {
      const before = nodeMap(this.doc, id)?.get('note')
      if (before instanceof Y.Text) replaceText(before, note)
      else nodeMap(this.doc, id)?.set('note', new Y.Text(note))
    })
  }

  /** The shared text of a long field, to follow where others type; nothing when the field is not one. */
  text(id: string, field: string): Y.Text | undefined {
    const text = configMap(this.doc, id)?.get(field)
    return text instanceof Y.Text ? text : undefined
  }

  /** A rule for the whole workflow; without a value it's gone. */
  setSetting<Name extends keyof WorkflowSettings>(
    name: Name,
    value: WorkflowSettings[Name] | undefined,
  ): void {
    this.#typing(`setting ${name}`, () => {
      if (value === undefined) settingsOf(this.doc).delete(name)
      else settingsOf(this.doc).set(name, value)
    })
  }

  connect(connection: Connection): void {
    this.#stroke(() => this.#draw(connection))
  }

  /** Deletes nodes with the edges at them, edges, and notes. */
  remove(what: {
    nodes?: Iterable<string>
    edges?: Iterable<string>
    notes?: Iterable<string>
  }): void {
    this.#stroke(() => {
      const gone = new Set(what.nodes ?? [])
      for (const { id, source, target } of toDefinition(this.doc).edges) {
        if (gone.has(source) || gone.has(target)) edgesOf(this.doc).delete(id)
      }
      for (const id of what.edges ?? []) edgesOf(this.doc).delete(id)
      for (const id of gone) nodesOf(this.doc).delete(id)
      for (const id of what.notes ?? []) notesOf(this.doc).delete(id)
    })
  }

  /** The chosen steps and notes as text for the clipboard. */
  copy(ids: ReadonlySet<string>): string {
    return clip(toDefinition(this.doc), ids)
  }

  /** Adds what a clipboard's text holds, around a point; answers with the new ids, or why there is nothing to add. */
  paste(text: string, at?: Point): string[] | ClippingProblem {
    const clipped = readClipping(text)
    if (typeof clipped === 'string') return clipped
    const places = [...clipped.nodes, ...clipped.notes].map(({ position }) => position)
    const left = Math.min(...places.map(({ x }) => x))
    const top = Math.min(...places.map(({ y }) => y))
    return this.#add(clipped, at ? { x: at.x - left, y: at.y - top } : BESIDE)
  }

  duplicate(ids: ReadonlySet<string>): string[] {
    const clipped = readClipping(this.copy(ids))
    return typeof clipped === 'string' ? [] : this.#add(clipped, BESIDE)
  }

  /** One node as it is right now, also in the middle of a change. */
  toNode(id: string): NodeDefinition | null {
    return readNode(id, nodesOf(this.doc).get(id))
  }

  /** Several changes that undo as one; with a label, together with those of the same label just before. */
  together<Result>(changes: () => Result, label?: string): Result {
    return label === undefined ? this.#stroke(changes) : this.#typing(label, changes)
  }

  undo(): void {
    this.#lastLabel = ''
    this.undoManager.undo()
  }

  redo(): void {
    this.#lastLabel = ''
    this.undoManager.redo()
  }

  destroy(): void {
    this.undoManager.destroy()
  }

  #add(clipped: Clipping, offset: Point): string[] {
    return this.#stroke(() => {
      const existing = toDefinition(this.doc)
      const settled = settle(clipped, { existing, offset, makeId: this.makeId })
      for (const group of settled.groups) groupsOf(this.doc).set(group.id, buildGroup(group))
      for (const node of settled.nodes) {
        nodesOf(this.doc).set(node.id, buildNode(node, this.#longTexts))
      }
      for (const note of settled.notes) notesOf(this.doc).set(note.id, buildNote(note))
      for (const edge of settled.edges) this.#draw(edge)
      return [...settled.nodes, ...settled.notes].map(({ id }) => id)
    })
  }

  #draw({ source, sourcePort, target, targetPort }: Connection): void {
    if (!nodeMap(this.doc, source) || !nodeMap(this.doc, target)) return
    const edge = { source, sourcePort, target, targetPort }
    edgesOf(this.doc).set(edgeId(edge), edge)
  }

  #isLong(id: string, field: string, value: Data): boolean {
    const type = nodeMap(this.doc, id)?.get('type')
    return (
      typeof value === 'string' && typeof type === 'string' && this.#longTexts(type).includes(field)
    )
  }

  /** A change that undoes by itself. */
  #stroke<Result>(change: () => Result): Result {
    this.#strokes += 1
    return this.#typing(`stroke ${this.#strokes}`, change)
  }

  /** A change that undoes together with those of the same label shortly before it: a word, not a letter. */
  #typing<Result>(label: string, change: () => Result): Result {
    // Inside of `together`, the outer label is the one that counts.
    if (this.#isInside) return change()
    if (label !== this.#lastLabel) this.undoManager.stopCapturing()
    this.#lastLabel = label
    this.#isInside = true
    try {
      return this.doc.transact(change, this.origin)
    } finally {
      this.#isInside = false
    }
  }
}
