import type { Queries } from '../database/pool.ts'

/** Room that was taken and not used is forgotten after this long: what it stood for is in the bucket again. */
const KEPT_MS = 10_000

/** A process takes room for a quarter of a second's worth of requests at a time: four trips a second, whatever comes. */
const SHARES_A_MINUTE = 240

const TAKE = `select taken, again_in_ms from private.take_room($1, $2, $3, $4)`

/** What is limited, for whom, and to how many requests a minute. */
export interface Limited {
  key: string
  workspace: string
  perMinute: number
}

/**
 * A limit on requests that holds over all processes: the room is counted in the database, and each process takes some
 * of it ahead. `perMinute` requests a minute, and as many at once as come in ten seconds of it.
 */
export class Limit {
  readonly limited: Limited
  readonly #queries: Queries
  readonly #now: () => number
  readonly #share: number
  #room = 0
  #roomUntil = 0
  #noneUntil = 0
  #taking: Promise<void> | undefined

  constructor(limited: Limited, queries: Queries, now: () => number = () => performance.now()) {
    this.limited = limited
    this.#queries = queries
    this.#now = now
    this.#share = Math.max(1, Math.floor(limited.perMinute / SHARES_A_MINUTE))
  }

  /** Milliseconds until it's worth asking again, as far as is known here; 0: now. Asks nobody and counts nothing. */
  get waitMs(): number {
    return this.#hasRoom ? 0 : Math.max(0, this.#noneUntil - this.#now())
  }

  /** Counts one request. Says 0, or for how many milliseconds there's no room; then it wasn't counted. */
  async take(): Promise<number> {
    while (!this.#hasRoom) {
      const wait = this.waitMs
      if (wait > 0) return wait
      // Those who come meanwhile wait for the same answer.
      await (this.#taking ??= this.#takeShare().finally(() => (this.#taking = undefined)))
    }
    this.#room -= 1
    return 0
  }

  /** A request that was counted isn't let in for another reason. */
  giveBack(): void {
    this.#room += 1
  }

  get #hasRoom(): boolean {
    return this.#room > 0 && this.#now() < this.#roomUntil
  }

  async #takeShare(): Promise<void> {
    const { key, workspace, perMinute } = this.limited
    const values = [key, workspace, perMinute, this.#share]
    const [row] = await this.#queries.query<{ taken: number; again_in_ms: number }>(TAKE, values)
    this.#room = row?.taken ?? 0
    this.#roomUntil = this.#now() + KEPT_MS
    this.#noneUntil = this.#room > 0 ? 0 : this.#now() + Math.max(1, row?.again_in_ms ?? 1_000)
  }
}
