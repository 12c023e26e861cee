import type * as Y from 'yjs'
import type {
  EdgeDefinition,
  NodeDefinition,
  WorkflowDefinition,
} from '#lib/engine/definition/schema.ts'
import type { GroupDefinition, NoteDefinition } from '#lib/engine/definition/drawing.ts'
import { readGroup, readNote } from '../document/read-drawing.ts'
import { assemble, readEdge, readNode, readSettings } from '../document/read.ts'
import { edgesOf, groupsOf, nodesOf, notesOf, settingsOf } from '../document/shape.ts'

/**
 * Follows a document and hands out its definition after every change. Only what changed is read again: an untouched
 * step stays the same object, so that what is drawn from it stays as well.
 */
export class DraftView {
  definition: WorkflowDefinition
  readonly #doc: Y.Doc
  readonly #onchange: (definition: WorkflowDefinition) => void
  readonly #nodes = new Map<string, NodeDefinition>()
  readonly #edges = new Map<string, EdgeDefinition>()
  readonly #notes = new Map<string, NoteDefinition>()
  readonly #groups = new Map<string, GroupDefinition>()
  readonly #touched = new Set<string>()
  /** Notes and groups that changed; their ids are never the same. */
  readonly #touchedDrawing = new Set<string>()
  #planned = false

  constructor(doc: Y.Doc, onchange: (definition: WorkflowDefinition) => void) {
    this.#doc = doc
    this.#onchange = onchange
    for (const id of nodesOf(doc).keys()) this.#touched.add(id)
    for (const id of notesOf(doc).keys()) this.#touchedDrawing.add(id)
    for (const id of groupsOf(doc).keys()) this.#touchedDrawing.add(id)
    this.definition = this.#read()
    nodesOf(doc).observeDeep(this.#onNodes)
    edgesOf(doc).observe(this.#onOther)
    settingsOf(doc).observe(this.#onOther)
    notesOf(doc).observeDeep(this.#onDrawing)
    groupsOf(doc).observeDeep(this.#onDrawing)
  }

  destroy(): void {
    nodesOf(this.#doc).unobserveDeep(this.#onNodes)
    edgesOf(this.#doc).unobserve(this.#onOther)
    settingsOf(this.#doc).unobserve(this.#onOther)
    notesOf(this.#doc).unobserveDeep(this.#onDrawing)
    groupsOf(this.#doc).unobserveDeep(this.#onDrawing)
  }

  readonly #onNodes = (events: DeepEvents): void => this.#touch(events, this.#touched)
  readonly #onDrawing = (events: DeepEvents): void => this.#touch(events, this.#touchedDrawing)

  #touch(events: DeepEvents, touched: Set<string>): void {
    for (const event of events) {
      const [id] = event.path
      if (typeof id === 'string') touched.add(id)
      else for (const key of event.changes.keys.keys()) touched.add(key)
    }
    this.#plan()
  }

  readonly #onOther = (): void => this.#plan()

  /** Once for all changes of one task. */
  #plan(): void {
    if (this.#planned) return
    this.#planned = true
    queueMicrotask(() => {
      this.#planned = false
      this.definition = this.#read()
      this.#onchange(this.definition)
    })
  }

  #read(): WorkflowDefinition {
    for (const id of this.#touched) {
      const node = readNode(id, nodesOf(this.#doc).get(id))
      keep(this.#nodes, id, node)
    }
    this.#touched.clear()
    this.#readEdges()
    for (const id of this.#touchedDrawing) {
      keep(this.#notes, id, readNote(id, notesOf(this.#doc).get(id)))
      keep(this.#groups, id, readGroup(id, groupsOf(this.#doc).get(id)))
    }
    this.#touchedDrawing.clear()
    return assemble(this.#nodes.values(), this.#edges.values(), readSettings(this.#doc), {
      notes: [...this.#notes.values()],
      groups: [...this.#groups.values()],
    })
  }

  #readEdges(): void {
    const edges = edgesOf(this.#doc)
    for (const id of this.#edges.keys()) if (!edges.has(id)) this.#edges.delete(id)
    for (const [id, value] of edges.entries()) {
      const before = this.#edges.get(id)
      const now = readEdge(id, value)
      if (!now) this.#edges.delete(id)
      else if (!before || !sameLine(before, now)) this.#edges.set(id, now)
    }
  }
}

type DeepEvents = Y.YEvent<Y.AbstractType<unknown>>[]

function keep<Thing>(things: Map<string, Thing>, id: string, thing: Thing | null): void {
  if (thing) things.set(id, thing)
  else things.delete(id)
}

const sameLine = (a: EdgeDefinition, b: EdgeDefinition): boolean =>
  a.source === b.source &&
  a.target === b.target &&
  a.sourcePort === b.sourcePort &&
  a.targetPort === b.targetPort
