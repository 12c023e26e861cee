/**
 * A limit in this process' memory: `perMinute` requests a minute, and as many at once as come in ten seconds of it. It
 * costs no trip to the database, and so it counts what this process sees.
 */
export class TokenBucket {
  readonly #perMs: number
  readonly #size: number
  #left: number
  #at: number

  constructor(perMinute: number, now: number) {
    this.#perMs = perMinute / 60_000
    this.#size = Math.max(1, perMinute / 6)
    this.#left = this.#size
    this.#at = now
  }

  /** Milliseconds until one more is allowed; 0: now. */
  waitMs(now: number): number {
    this.#left = Math.min(this.#size, this.#left + Math.max(0, now - this.#at) * this.#perMs)
    this.#at = now
    return this.#left >= 1 ? 0 : (1 - this.#left) / this.#perMs
  }

  /** Counts one. */
  take(): void {
    this.#left -= 1
  }
}
