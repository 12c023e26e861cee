import type { Clock } from '#lib/engine/index.ts'
import type { Random } from './random.ts'
import type { Owner, Timeline } from './timeline.ts'

/** A simulated process: it can die, stand still, and have a clock that goes wrong. */
export class Process implements Owner {
  readonly name: string
  isAlive = true
  stillUntil = 0
  /** How far its clock is ahead of the true time. */
  skew: number
  /** It stands still once at most: what waits for it has its limits. */
  hasStoodStill = false
  readonly clock: Clock
  readonly #listeners = new Set<() => void>()

  constructor(name: string, skew: number, timeline: Timeline, random: Random) {
    this.name = name
    this.skew = skew
    this.clock = {
      now: () => timeline.now + this.skew,
      random: () => random.next(),
      sleep: (milliseconds, signal) =>
        new Promise((resolve) => {
          if (signal?.aborted) return resolve()
          const wake = (): void => {
            forget()
            timeline.cancel(task)
            resolve()
          }
          const task = timeline.after(milliseconds, this, wake)
          const forget = (): void => {
            signal?.removeEventListener('abort', wake)
            this.#listeners.delete(forget)
          }
          signal?.addEventListener('abort', wake)
          if (signal !== undefined) this.#listeners.add(forget)
        }),
    }
  }

  /** Nothing of it happens any more. */
  die(): void {
    this.isAlive = false
    // Node keeps signals for as long as somebody listens.
    for (const forget of [...this.#listeners]) forget()
  }
}
