import type pg from 'pg'
import { Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { keyRepairs } from '#lib/builder/document/read.ts'
import { editorsOf, nodeMap, nodesOf } from '#lib/builder/document/shape.ts'
import { awarenessMessage, updateMessage } from './protocol.ts'
import { appendUpdates, compactDraft, loadDraft, type AuthoredUpdate } from './storage.ts'

/** Whoever takes part in a draft through a room. */
export interface Participant {
  readonly person: { id: string }
  send(message: Uint8Array): void
}

/** Changes that arrive within this time share one insert; it's also the most that a kill -9 can lose. */
const BATCH_MS = 25
/** A draft grows to this and no further. The largest that people draw are a tenth of it. */
const MOST_BYTES = 16 * 1024 * 1024
const COMPACT_AFTER_ROWS = 300
const NOTE_EDITOR_EVERY_MS = 60_000
const REPAIR_AFTER_MS = 400
/** Where a change comes from that no person made. */
const SERVER = { by: 'server' }
const STORED = { by: 'storage' }

/** One open draft: the server's own copy, who takes part in it, and its way into Postgres. */
export class Room {
  readonly doc = new Y.Doc()
  readonly awareness = new Awareness(this.doc)
  readonly participants = new Set<Participant>()
  readonly draft: { workflow: string; workspace: string }
  readonly #db: pg.Pool
  /** At most this large: changes are added up, and counted anew only when the sum comes near the limit. */
  #bytes = 0
  #pending: AuthoredUpdate[] = []
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #rows = 0
  #repair: NodeJS.Timeout | undefined
  readonly #noted = new Map<string, number>()

  private constructor(db: pg.Pool, draft: { workflow: string; workspace: string }) {
    this.#db = db
    this.draft = draft
    // The server itself is nobody in the drawing.
    this.awareness.setLocalState(null)
  }

  /** Opens a draft from Postgres; one that nobody opened before begins empty. */
  static async open(db: pg.Pool, draft: { workflow: string; workspace: string }): Promise<Room> {
    const room = new Room(db, draft)
    const { updates, rows } = await loadDraft(db, draft.workflow)
    for (const update of updates) {
      room.#bytes += update.byteLength
      Y.applyUpdate(room.doc, update, STORED)
    }
    room.#rows = rows
    room.#listen()
    room.#scheduleRepair()
    return room
  }

  /** Whether so many bytes more would make the draft too large to keep. */
  isFull(more: number): boolean {
    if (this.#bytes + more <= MOST_BYTES) return false
    this.#bytes = Y.encodeStateAsUpdate(this.doc).byteLength
    return this.#bytes + more > MOST_BYTES
  }

  /** Resolves when everything that arrived so far is kept. */
  async kept(): Promise<void> {
    while (this.#pending.length > 0) await this.#flush()
    await this.#writing
  }

  /** Keeps what is open and lets go of the document. */
  async close(): Promise<void> {
    clearTimeout(this.#repair)
    await this.kept()
    if (this.#rows > 0) await this.#compact()
    this.awareness.destroy()
    this.doc.destroy()
  }

  #listen(): void {
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === STORED) return
      const from = isParticipant(origin) ? origin : null
      this.#bytes += update.byteLength
      this.#pending.push({ author: from?.person.id ?? null, update })
      this.#timer ??= setTimeout(() => void this.#flush(), BATCH_MS)
      const message = updateMessage(update)
      for (const participant of this.participants) {
        if (participant !== from) participant.send(message)
      }
    })
    this.awareness.on(
      'update',
      ({ added, updated, removed }: Record<'added' | 'updated' | 'removed', number[]>) => {
        const changed = [...added, ...updated, ...removed]
        const message = awarenessMessage(encodeAwarenessUpdate(this.awareness, changed))
        // Also to whom it came from: browsers take silence for a dead connection.
        for (const participant of this.participants) participant.send(message)
      },
    )
    nodesOf(this.doc).observe((event) => {
      if (event.keysChanged.size > 0) this.#scheduleRepair()
    })
  }

  /** Two people who add a step at the same moment may give it the same key: the second is renamed for good. */
  #scheduleRepair(): void {
    this.#repair ??= setTimeout(() => {
      this.#repair = undefined
      const repairs = keyRepairs(this.doc)
      if (repairs.size === 0) return
      this.doc.transact(() => {
        for (const [id, key] of repairs) nodeMap(this.doc, id)?.set('key', key)
      }, SERVER)
    }, REPAIR_AFTER_MS)
  }

  /** Writes one batch after the other, and the same again until Postgres takes it: nothing is dropped. */
  #flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#writing = this.#writing.then(async () => {
      this.#noteEditors()
      const batch = this.#pending
      this.#pending = []
      if (batch.length === 0) return
      for (let wait = 100; ; wait = Math.min(wait * 2, 5_000)) {
        try {
          this.#rows += await appendUpdates(this.#db, this.draft, batch)
          break
        } catch (problem) {
          if (isGone(problem)) return
          console.error(`Draft ${this.draft.workflow} can't be kept yet, trying again.`, problem)
          await new Promise((resolve) => setTimeout(resolve, wait))
        }
      }
      if (this.#rows > COMPACT_AFTER_ROWS) {
        this.#rows = 0
        await this.#compact()
      }
    })
    return this.#writing
  }

  /** Many small rows become one. When it fails nothing is lost: the rows stay, and the next time takes them along. */
  async #compact(): Promise<void> {
    try {
      await compactDraft(this.#db, this.draft)
    } catch (problem) {
      if (!isGone(problem))
        console.error(`Draft ${this.draft.workflow} was not compacted.`, problem)
    }
  }

  /** Leaves in the document when each person last changed something: publishing tells whose changes go live. */
  #noteEditors(): void {
    const now = Date.now()
    const authors = new Set(this.#pending.map(({ author }) => author))
    this.doc.transact(() => {
      for (const author of authors) {
        if (author === null || now - (this.#noted.get(author) ?? 0) < NOTE_EDITOR_EVERY_MS) continue
        this.#noted.set(author, now)
        editorsOf(this.doc).set(author, new Date(now).toISOString())
      }
    }, SERVER)
  }
}

const isParticipant = (origin: unknown): origin is Participant =>
  typeof origin === 'object' && origin !== null && 'person' in origin && 'send' in origin

/** The workflow was deleted for good while it was open: there's nowhere to keep its draft, and no need to. */
const isGone = (problem: unknown): boolean =>
  problem instanceof Error && 'code' in problem && problem.code === '23503'
