import type { Clock } from '../services.ts'

/** Where parallel steps leave what became of them, and where the one loop that drives an execution waits for it. */
export class Mailbox {
  readonly #clock: Clock
  #letters: (() => void)[] = []
  #ring: (() => void) | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Leaves something to be done by the driving loop, in its own turn. */
  post(letter: () => void): void {
    this.#letters.push(letter)
    this.#ring?.()
  }

  /** Does what has been left; tells whether there was anything. */
  empty(): boolean {
    if (this.#letters.length === 0) return false
    const letters = this.#letters
    this.#letters = []
    for (const letter of letters) letter()
    return true
  }

  /** Waits until something is left, or until a moment (null: however long it takes). */
  async wait(until: number | null): Promise<void> {
    if (this.#letters.length > 0) return
    const awake = new AbortController()
    const rung = new Promise<void>((resolve) => (this.#ring = resolve))
    const timer =
      until === null
        ? []
        : [this.#clock.sleep(Math.max(0, until - this.#clock.now()), awake.signal)]
    await Promise.race([rung, ...timer])
    this.#ring = null
    // See in-time.ts.
    awake.abort(null)
  }
}
