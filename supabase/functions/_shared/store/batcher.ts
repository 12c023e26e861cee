import { setImmediate } from 'node:timers'
import { isCollision, isOutage, Unavailable } from '../database/outage.ts'
import { interleaved } from './interleave.ts'

/** What became of one item of a batch. */
export type Outcome<Result> = { ok: Result } | { failed: unknown }

export interface BatchRules<Item, Result> {
  /** Writes all items with one statement; outcomes in the order of the items. Throws when the statement as a whole fails. */
  write(items: Item[], lane: number): Promise<Outcome<Result>[]>
  /** How many statements may be under way at once, each on a connection of its own. */
  lanes: number
  /** Items with the same key never are under way together, and keep their order. */
  key(item: Item): string
  /** Whose it is: when more wait than fit into one statement, these take turns, so that nobody waits for a flood of others. */
  group?(item: Item): string
  /** Roughly how many bytes an item adds to the statement. */
  size(item: Item): number
  maxItems: number
  maxBytes: number
  /** More than this waiting means that the database doesn't keep up or is away: refuse rather than fill the memory. */
  maxWaiting: number
}

interface Waiting<Item, Result> {
  item: Item
  resolve(result: Result): void
  reject(problem: unknown): void
}

/** Fewer than this aren't worth a statement of their own while another one is under way; as many don't wait for more. */
const WORTH_A_LANE = 16

/**
 * While several come at a time, batches leave at least so far apart: beginning a statement costs as much as ten items,
 * and at half of the highest rate a batch for every two or three would keep two processors busy with beginnings.
 */
const PACE_MS = 2

/**
 * Group commit: few statements in flight; what arrives meanwhile goes into the next one. Alone, an item is written at
 * once; where several come at a time, batches keep a small distance; under load, they grow as large as one round trip to
 * Postgres is long. A second lane works while the first waits for the disk.
 */
export class Batcher<Item, Result> {
  readonly #rules: BatchRules<Item, Result>
  #waiting: Waiting<Item, Result>[] = []
  readonly #idleLanes: number[]
  /** Keys of what is being written at this moment. */
  readonly #underWay = new Set<string>()
  #scheduled = false
  /** When the last batch left (performance.now()), and how many were in it. */
  #lastBegan = 0
  #lastSize = 0
  #isComingBack = false

  constructor(rules: BatchRules<Item, Result>) {
    this.#rules = rules
    this.#idleLanes = Array.from({ length: rules.lanes }, (_, lane) => rules.lanes - 1 - lane)
  }

  add(item: Item): Promise<Result> {
    if (this.#waiting.length >= this.#rules.maxWaiting) {
      return Promise.reject(new Unavailable(new Error('too many writes are waiting')))
    }
    // In a flood, turns of the event loop are long: enough for a batch leave before its end, and Postgres works meanwhile.
    if (this.#waiting.length >= WORTH_A_LANE) this.#begin()
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      this.#schedule()
    })
  }

  /** A turn of the event loop later, so that what came together goes together, and with it what short runs have to write by then. */
  #schedule(): void {
    if (this.#scheduled || this.#idleLanes.length === 0) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#begin()
    })
  }

  #begin(): void {
    // Whoever asked for this may have been overtaken: by now the last lane can be taken.
    if (this.#waiting.length === 0 || this.#idleLanes.length === 0) return
    const othersBusy = this.#idleLanes.length < this.#rules.lanes
    if (othersBusy && this.#waiting.length < WORTH_A_LANE) return
    if (this.#isTooSoon) return this.#comeBack()
    const batch = this.#next()
    if (batch.length === 0) return
    const lane = this.#idleLanes.pop()
    if (lane === undefined) throw new Error('a batch was taken without a lane for it')
    this.#lastBegan = performance.now()
    this.#lastSize = batch.length
    const keys = batch.map((entry) => this.#rules.key(entry.item))
    for (const key of keys) this.#underWay.add(key)
    void this.#settle(batch, lane).finally(() => {
      for (const key of keys) this.#underWay.delete(key)
      this.#idleLanes.push(lane)
      this.#begin()
    })
    this.#schedule()
  }

  /** Others are about to come: the last batch held several, and has only just left. */
  get #isTooSoon(): boolean {
    return (
      this.#lastSize > 1 &&
      this.#waiting.length < WORTH_A_LANE &&
      performance.now() - this.#lastBegan < PACE_MS
    )
  }

  #comeBack(): void {
    if (this.#isComingBack) return
    this.#isComingBack = true
    setTimeout(() => {
      this.#isComingBack = false
      this.#begin()
    }, 1)
  }

  /** As many as fit, in order, none with the key of one before it or of one that is under way. */
  #next(): Waiting<Item, Result>[] {
    const { key, size, maxItems, maxBytes } = this.#rules
    const batch: Waiting<Item, Result>[] = []
    const left: Waiting<Item, Result>[] = []
    const keys = new Set<string>()
    let bytes = 0
    for (const entry of this.#inTurn()) {
      const full = batch.length >= maxItems || (batch.length > 0 && bytes >= maxBytes)
      const name = key(entry.item)
      if (full || keys.has(name) || this.#underWay.has(name)) {
        left.push(entry)
      } else {
        batch.push(entry)
        bytes += size(entry.item)
      }
      // Later items of the same key wait for this one.
      keys.add(name)
    }
    this.#waiting = left
    return batch
  }

  #inTurn(): readonly Waiting<Item, Result>[] {
    const { group, maxItems } = this.#rules
    if (group === undefined || this.#waiting.length <= maxItems) return this.#waiting
    return interleaved(this.#waiting, (entry) => group(entry.item))
  }

  /** Writes a batch. If the statement is refused for one item's sake, halves find out which, and the others are written. */
  async #settle(batch: Waiting<Item, Result>[], lane: number): Promise<void> {
    try {
      const outcomes = await this.#rules.write(
        batch.map((entry) => entry.item),
        lane,
      )
      batch.forEach((entry, index) => {
        const outcome = outcomes[index]
        if (outcome === undefined) entry.reject(new Error('a batch left an item without an answer'))
        else if ('ok' in outcome) entry.resolve(outcome.ok)
        else entry.reject(outcome.failed)
      })
    } catch (problem) {
      if (batch.length === 1 || isOutage(problem) || isCollision(problem)) {
        for (const entry of batch) entry.reject(problem)
        return
      }
      const middle = batch.length >> 1
      await this.#settle(batch.slice(0, middle), lane)
      await this.#settle(batch.slice(middle), lane)
    }
  }
}
