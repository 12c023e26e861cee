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
  readonly #touchedEdges = new Set<string>()
  /** Notes and groups that changed; their ids are never the same. */
  readonly #touchedDrawing = new Set<string>()
  #areSettingsOld = false
  #planned = false

  constructor(doc: Y.Doc, onchange: (definition: WorkflowDefinition) => void) {
    this.#doc = doc
    this.#onchange = onchange
    for (const id of nodesOf(doc).keys()) this.#touched.add(id)
    for (const id of edgesOf(doc).keys()) this.#touchedEdges.add(id)
    for (const id of notesOf(doc).keys()) this.#touchedDrawing.add(id)
    for (const id of groupsOf(doc).keys()) this.#touchedDrawing.add(id)
    this.definition = this.#readAll()
    nodesOf(doc).observeDeep(this.#onNodes)
    edgesOf(doc).observeDeep(this.#onEdges)
    settingsOf(doc).observe(this.#onSettings)
    notesOf(doc).observeDeep(this.#onDrawing)
    groupsOf(doc).observeDeep(this.#onDrawing)
  }

  destroy(): void {
    nodesOf(this.#doc).unobserveDeep(this.#onNodes)
    edgesOf(this.#doc).unobserveDeep(this.#onEdges)
    settingsOf(this.#doc).unobserve(this.#onSettings)
    notesOf(this.#doc).unobserveDeep(this.#onDrawing)
    groupsOf(this.#doc).unobserveDeep(this.#onDrawing)
  }

  readonly #onNodes = (events: DeepEvents): void => this.#touch(events, this.#touched)
  readonly #onEdges = (events: DeepEvents): void => this.#touch(events, this.#touchedEdges)
  readonly #onDrawing = (events: DeepEvents): void => this.#touch(events, this.#touchedDrawing)

  #touch(events: DeepEvents, touched: Set<string>): void {
    for (const event of events) {
      const [id] = event.path
      if (typeof id === 'string') touched.add(id)
      else for (const key of event.changes.keys.keys()) touched.add(key)
    }
    this.#plan()
  }

  readonly #onSettings = (): void => {
    this.#areSettingsOld = true
    this.#plan()
  }

  /** Once for all changes of one task. */
  #plan(): void {
    if (this.#planned) return
    this.#planned = true
    queueMicrotask(() => {
      this.#planned = false
      this.definition = this.#readSteps() ?? this.#readAll()
      this.#onchange(this.definition)
    })
  }

  /**
   * When all that changed is what stands in steps that are there already, everything else stays as it was put together;
   * null when there's more to it. A large drawing is not put together anew for each key.
   */
  #readSteps(): WorkflowDefinition | null {
    if (this.#touchedEdges.size + this.#touchedDrawing.size > 0 || this.#areSettingsOld) return null
    const changed = new Map<string, NodeDefinition>()
    for (const id of this.#touched) {
      const before = this.#nodes.get(id)
      const now = readNode(id, nodesOf(this.#doc).get(id))
      if (!before || now?.key !== before.key || now.group !== before.group) return null
      changed.set(id, now)
    }
    // One that was made to fit the others (its key was another's, its group is gone) has to be made to fit again.
    const isAsRead = (node: NodeDefinition): boolean => this.#nodes.get(node.id) === node
    const { nodes } = this.definition
    if (!nodes.every((node) => !changed.has(node.id) || isAsRead(node))) return null
    for (const [id, node] of changed) this.#nodes.set(id, node)
    this.#touched.clear()
    return { ...this.definition, nodes: nodes.map((node) => changed.get(node.id) ?? node) }
  }

  #readAll(): WorkflowDefinition {
    for (const id of this.#touched) keep(this.#nodes, id, readNode(id, nodesOf(this.#doc).get(id)))
    this.#touched.clear()
    for (const id of this.#touchedEdges) {
      const now = readEdge(id, edgesOf(this.#doc).get(id))
      const before = this.#edges.get(id)
      keep(this.#edges, id, now && before && sameLine(before, now) ? before : now)
    }
    this.#touchedEdges.clear()
    for (const id of this.#touchedDrawing) {
      keep(this.#notes, id, readNote(id, notesOf(this.#doc).get(id)))
      keep(this.#groups, id, readGroup(id, groupsOf(this.#doc).get(id)))
    }
    this.#touchedDrawing.clear()
    this.#areSettingsOld = false
    return assemble(this.#nodes.values(), this.#edges.values(), readSettings(this.#doc), {
      notes: [...this.#notes.values()],
      groups: [...this.#groups.values()],
    })
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
