import * as Y from 'yjs'
import { WorkflowDocument, type Connection } from '#lib/builder/document.ts'
import { groupThings, nameGroup, putIntoGroup, ungroup } from '#lib/builder/document/groups.ts'
import { addNote, writeNote } from '#lib/builder/document/notes.ts'
import { edgesOf, groupsOf, nodesOf, notesOf } from '#lib/builder/document/shape.ts'
import type { WorkflowDefinition } from '#lib/engine/definition/schema.ts'

/** Numbers that look random and are always the same for a seed (mulberry32). */
export function dice(seed: number): {
  below(limit: number): number
  pick<T>(of: T[]): T | undefined
} {
  let state = seed | 0
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * limit)
  }
  return { below, pick: (of) => of[below(of.length)] }
}

export type Dice = ReturnType<typeof dice>
const longTexts = (type: string): string[] => (type === 'messages.email' ? ['body'] : [])

/** One person with one browser: a copy of the draft, what it hasn't sent yet, and what hasn't reached it yet. */
export class Someone {
  doc = new Y.Doc()
  draft: WorkflowDocument
  isOnline = true
  readonly toServer: Uint8Array[] = []
  readonly fromServer: Uint8Array[] = []
  readonly name: string
  #made = 0
  #clip = ''

  constructor(name: string, clientId: number) {
    this.name = name
    this.doc.clientID = clientId
    this.draft = this.#open()
  }

  /** The page is loaded again: the undo history is gone; what was put aside in the browser is not. */
  reload(clientId: number): void {
    const kept = Y.encodeStateAsUpdate(this.doc)
    this.draft.destroy()
    this.doc = new Y.Doc()
    this.doc.clientID = clientId
    Y.applyUpdate(this.doc, kept, 'earlier visit')
    this.draft = this.#open()
  }

  #open(): WorkflowDocument {
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== 'network' && origin !== 'earlier visit') this.toServer.push(update)
    })
    return new WorkflowDocument(this.doc, {
      longTexts,
      makeId: () => `${this.name}${(this.#made += 1)}`,
    })
  }

  /** Does one thing that people do, to whatever is there. */
  act(random: Dice, mayUndo = true): string {
    // What lies in the document, drawn or not: quicker than reading the definition, and ruder.
    const { doc } = this
    const ids = [...nodesOf(doc).keys()]
    const node = random.pick(ids)
    const other = random.pick(ids)
    const [line, ends] = random.pick([...edgesOf(doc).entries()]) ?? []
    const edge = line === undefined ? undefined : { ...(ends as Ends), id: line } // as `connect` wrote it
    const note = random.pick([...notesOf(doc).keys()])
    const group = random.pick([...groupsOf(doc).keys()])
    const at = { x: random.below(2000), y: random.below(2000) }
    const deeds: Record<string, () => unknown> = {
      add: () => this.#add(random, at, node),
      delete: () => node && this.draft.remove({ nodes: [node] }),
      connect: () => node && other && this.#connect(node, other),
      move: () => node && this.draft.moveNodes(new Map([[node, at]]), 'hand'),
      type: () => node && this.#type(random, node),
      field: () => node && this.draft.setConfig(node, `f${random.below(3)}`, random.below(9)),
      rename: () => node && this.draft.rename(node, `Step ${random.below(5)}`),
      pin: () => node && this.draft.setOption(node, 'pinned', { answer: random.below(9) }),
      unpin: () => node && this.draft.setOption(node, 'pinned', undefined),
      behind: () => node && other && this.#moveBehind(node, other),
      fail: () => node && this.draft.setOption(node, 'onError', random.pick(['stop', 'port'])),
      copy: () => node && (this.#clip = this.draft.copy(new Set([node, other ?? node]))),
      paste: () => this.#clip !== '' && this.draft.paste(this.#clip, at),
      duplicate: () => node && this.draft.duplicate(new Set([node, other ?? node])),
      cut: () => edge && this.draft.remove({ edges: [edge.id] }),
      between: () => edge && this.#between(edge, at),
      rewire: () => edge && other && this.#rewire(edge, other),
      stick: () => addNote(this.draft, at, 'Ask first'),
      write: () => note && writeNote(this.draft, note, `Ask ${random.below(99)} first`),
      peel: () => note && this.draft.remove({ notes: [note] }),
      group: () => node && groupThings(this.draft, [node, other ?? node], GROUP),
      regroup: () => node && putIntoGroup(this.draft, [node], group),
      name: () => group && nameGroup(this.draft, group, `Group ${random.below(5)}`),
      ungroup: () => group && ungroup(this.draft, group),
      setting: () => this.draft.setSetting('timeoutSeconds', 1 + random.below(500)),
      ...(mayUndo ? { undo: () => this.draft.undo(), redo: () => this.draft.redo() } : {}),
    }
    const [name, deed] = random.pick(Object.entries(deeds)) ?? ['nothing', () => undefined]
    deed()
    return name
  }

  #add(random: Dice, position: { x: number; y: number }, after: string | undefined): void {
    const type = random.pick(['data.set', 'messages.email']) ?? 'data.set'
    const from = after ? { from: { node: after, port: 'out' }, inPort: 'in' } : {}
    const title = `Step ${random.below(3)}`
    this.draft.addNode({ type, version: 1, title, position, config: {}, ...from })
  }

  /** As the drawing does: never in a circle, as far as one's own copy tells. */
  #connect(source: string, target: string): void {
    if (reaches(this.draft.toDefinition(), target, source)) return
    this.draft.connect({ source, sourcePort: 'out', target, targetPort: 'in' })
  }

  /** Dropping a step on a line. */
  #between(edge: Edge, position: { x: number; y: number }): void {
    this.draft.addNode({
      ...{ type: 'data.set', version: 1, title: 'Between', position, config: {} },
      ...{ from: { node: edge.source, port: edge.sourcePort }, inPort: 'in' },
      ...{ to: { node: edge.target, port: edge.targetPort }, outPort: 'out' },
      replacing: edge.id,
    })
  }

  /** Moving a step behind another, as two people do at once with each other's: its old lines go, others close the gap. */
  #moveBehind(moved: string, after: string): void {
    const { edges } = this.draft.toDefinition()
    if (moved === after) return
    const [into, out] = [
      edges.filter(({ target }) => target === moved),
      edges.filter(({ source }) => source === moved).slice(0, 2),
    ]
    this.draft.together(() => {
      this.draft.remove({ edges: [...into, ...out].map(({ id }) => id) })
      const [way] = into
      if (way) for (const { target } of out) this.#connect(way.source, target)
      this.#connect(after, moved)
    })
  }

  /** Moving a step in the list: a line is cut and others are drawn, in one stroke. */
  #rewire(edge: Edge, to: string): void {
    this.draft.together(() => {
      this.draft.remove({ edges: [edge.id] })
      this.#connect(edge.source, to)
      this.#connect(to, edge.target)
    })
  }

  #type(random: Dice, node: string): void {
    const text = this.draft.text(node, 'body')
    if (!text) return
    const before = text.toString()
    const at = random.below(before.length + 1)
    const removed = random.below(3)
    const after = `${before.slice(0, at)}${this.name}${before.slice(at + removed)}`
    this.draft.setConfig(node, 'body', after)
  }
}

type Ends = Connection
type Edge = Ends & { id: string }
const GROUP = { title: 'Together', colour: 'blue' } as const

/** Whether a way leads from one step to another; a step reaches itself. */
export function reaches({ edges }: WorkflowDefinition, from: string, to: string): boolean {
  const seen = new Set<string>([from])
  for (const id of seen) for (const edge of edges) if (edge.source === id) seen.add(edge.target)
  return seen.has(to)
}

/** Three people and a server that passes everything on, late but never lost. */
export class Crowd {
  readonly server = new Y.Doc()
  readonly people: Someone[]
  readonly log: string[] = []
  #clients = 10

  constructor() {
    this.people = ['a', 'b', 'c'].map((name, index) => new Someone(name, index + 1))
    this.server.on('update', (update: Uint8Array, from: unknown) => {
      for (const someone of this.people) if (someone !== from) someone.fromServer.push(update)
    })
  }

  /** Some steps that everybody has: people who draw at once mostly draw at the same ones. */
  begin(): void {
    const [first] = this.people
    const step = { type: 'data.set', version: 1, config: {} }
    for (const at of [1, 2, 3]) {
      first?.draft.addNode({ ...step, title: `Step ${at}`, position: { x: at * 300, y: 0 } })
    }
    this.settle()
  }

  /** One thing happens: somebody acts, a message arrives, a connection drops or comes back, a page is loaded again. */
  step(random: Dice): void {
    const someone = random.pick(this.people)
    if (!someone) return
    const chance = random.below(20)
    if (chance === 0) {
      someone.isOnline = !someone.isOnline
      this.log.push(`${someone.name} ${someone.isOnline ? 'online' : 'offline'}`)
    } else if (chance === 1) {
      someone.reload((this.#clients += 1))
      this.log.push(`${someone.name} reload`)
    } else if (chance < 9) this.deliver(someone)
    else this.log.push(`${someone.name} ${someone.act(random)}`)
  }

  /** The oldest message in each direction arrives. */
  deliver(someone: Someone): boolean {
    if (!someone.isOnline) return false
    const [up, down] = [someone.toServer.shift(), someone.fromServer.shift()]
    if (up) Y.applyUpdate(this.server, up, someone)
    if (down) Y.applyUpdate(someone.doc, down, 'network')
    return up !== undefined || down !== undefined
  }

  /** Everyone is back and everything arrives. */
  settle(): void {
    for (const someone of this.people) someone.isOnline = true
    while (this.people.map((someone) => this.deliver(someone)).some(Boolean));
  }

  /** Lines that lie in the document, whether or not they are drawn. */
  get lines(): number {
    return edgesOf(this.server).size
  }
}
