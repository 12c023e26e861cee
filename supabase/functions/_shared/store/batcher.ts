import { isCollision, isOutage, Unavailable } from '../database/outage.ts'

/** What became of one item of a batch. */
export type Outcome<Result> = { ok: Result } | { failed: unknown }

export interface BatchRules<Item, Result> {
  /** Writes all items with one statement; outcomes in the order of the items. Throws when the statement as a whole fails. */
  write(items: Item[]): Promise<Outcome<Result>[]>
  /** Items with the same key never share a statement, and keep their order. */
  key(item: Item): string
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

/**
 * Group commit: one statement in flight; what arrives meanwhile goes into the next one. Nobody waits for a timer: alone,
 * an item is written at once; under load, batches grow as large as one round trip to Postgres is long.
 */
export class Batcher<Item, Result> {
  readonly #rules: BatchRules<Item, Result>
  #waiting: Waiting<Item, Result>[] = []
  #writing = false

  constructor(rules: BatchRules<Item, Result>) {
    this.#rules = rules
  }

  add(item: Item): Promise<Result> {
    if (this.#waiting.length >= this.#rules.maxWaiting) {
      return Promise.reject(new Unavailable(new Error('too many writes are waiting')))
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      if (!this.#writing) {
        this.#writing = true
        // A microtask later, so that what the same event brought goes together.
        queueMicrotask(() => void this.#drain())
      }
    })
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) await this.#settle(this.#next())
    this.#writing = false
  }

  /** As many as fit, in order, none with the key of another before it. */
  #next(): Waiting<Item, Result>[] {
    const { key, size, maxItems, maxBytes } = this.#rules
    const batch: Waiting<Item, Result>[] = []
    const left: Waiting<Item, Result>[] = []
    const keys = new Set<string>()
    let bytes = 0
    for (const entry of this.#waiting) {
      const full = batch.length >= maxItems || (batch.length > 0 && bytes >= maxBytes)
      const name = key(entry.item)
      if (full || keys.has(name)) {
        left.push(entry)
        // Later items of the same key wait for this one.
        keys.add(name)
      } else {
        batch.push(entry)
        keys.add(name)
        bytes += size(entry.item)
      }
    }
    this.#waiting = left
    return batch
  }

  /** Writes a batch. If the statement is refused for one item's sake, halves find out which, and the others are written. */
  async #settle(batch: Waiting<Item, Result>[]): Promise<void> {
    try {
      const outcomes = await this.#rules.write(batch.map((entry) => entry.item))
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
      await this.#settle(batch.slice(0, middle))
      await this.#settle(batch.slice(middle))
    }
  }
}
