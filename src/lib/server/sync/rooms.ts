import type pg from 'pg'
import { Room } from './room.ts'

/** How long a draft that nobody has open stays in memory. */
const IDLE_MS = 30_000

interface Entry {
  opening: Promise<Room>
  room: Room | undefined
  idle: NodeJS.Timeout | undefined
}

/** The drafts that are open on this server, each once. */
export class Rooms {
  readonly #db: pg.Pool
  readonly #entries = new Map<string, Entry>()
  readonly #closing = new Map<string, Promise<void>>()

  constructor(db: pg.Pool) {
    this.#db = db
  }

  /** The room of a draft, opened when it isn't yet. */
  async enter(draft: { workflow: string; workspace: string }): Promise<Room> {
    // One that is just being put away is read again from what it kept.
    await this.#closing.get(draft.workflow)
    let entry = this.#entries.get(draft.workflow)
    if (!entry) {
      const opened: Entry = {
        opening: Room.open(this.#db, draft),
        room: undefined,
        idle: undefined,
      }
      entry = opened
      this.#entries.set(draft.workflow, opened)
      opened.opening.then(
        (room) => (opened.room = room),
        () => this.#entries.delete(draft.workflow),
      )
    }
    clearTimeout(entry.idle)
    const room = await entry.opening
    // Whoever asked and then went away before joining must not keep it open for ever.
    this.left(room)
    return room
  }

  /** Called when somebody leaves: a room that stays empty is put away. */
  left(room: Room): void {
    const entry = this.#entries.get(room.draft.workflow)
    if (!entry) return
    clearTimeout(entry.idle)
    entry.idle = setTimeout(() => {
      if (room.participants.size === 0) void this.#putAway(room)
    }, IDLE_MS)
    entry.idle.unref()
  }

  /** The rooms that are open right now. */
  open(): Room[] {
    return [...this.#entries.values()].flatMap(({ room }) => room ?? [])
  }

  /** Resolves when all that arrived for a draft is in Postgres. */
  async kept(workflow: string): Promise<void> {
    await (await this.#entries.get(workflow)?.opening)?.kept()
  }

  async close(): Promise<void> {
    await Promise.all(this.open().map((room) => this.#putAway(room)))
  }

  async #putAway(room: Room): Promise<void> {
    const { workflow } = room.draft
    clearTimeout(this.#entries.get(workflow)?.idle)
    this.#entries.delete(workflow)
    const closing = room
      .close()
      .catch((problem: unknown) => console.error(`Draft ${workflow} could not be closed.`, problem))
      .finally(() => this.#closing.delete(workflow))
    this.#closing.set(workflow, closing)
    await closing
  }
}
