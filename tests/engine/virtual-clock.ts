import type { Clock } from '#lib/engine/index.ts'

interface Timer {
  at: number
  resolve(): void
}

/** Time that passes only when everything waits for it: a test of years takes milliseconds. */
export class VirtualClock implements Clock {
  #now: number
  #timers: Timer[] = []
  #seed: number

  constructor(start = Date.parse('2026-11-23T09:00:00Z'), seed = 1) {
    this.#now = start
    this.#seed = seed
  }

  now(): number {
    return this.#now
  }

  random(): number {
    // Mulberry32: small, and the same for the same seed.
    this.#seed = (this.#seed + 0x6d2b79f5) | 0
    let value = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const timer = { at: this.#now + milliseconds, resolve }
      this.#timers.push(timer)
      signal?.addEventListener('abort', () => {
        this.#timers = this.#timers.filter((other) => other !== timer)
        resolve()
      })
    })
  }

  /** Computing takes time, too: nobody is woken meanwhile. */
  pass(milliseconds: number): void {
    this.#now += milliseconds
  }

  /** Lets so much time pass, waking whoever sleeps on the way. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds
    for (;;) {
      await settled()
      const next = this.#earliest()
      if (next === undefined || next.at > end) break
      this.#fire(next)
    }
    this.#now = end
    await settled()
  }

  /** Waits for work, letting time pass as fast as everybody's sleeping allows. */
  async until<T>(work: Promise<T>): Promise<T> {
    let over = false
    const done = work.finally(() => (over = true))
    done.catch(() => undefined)
    for (;;) {
      await settled()
      if (over) return await done
      const next = this.#earliest()
      if (next === undefined) {
        // Nobody sleeps: something real is still under way.
        await new Promise((resolve) => setTimeout(resolve, 1))
      } else this.#fire(next)
    }
  }

  #earliest(): Timer | undefined {
    return this.#timers.toSorted((a, b) => a.at - b.at)[0]
  }

  #fire(timer: Timer): void {
    this.#timers = this.#timers.filter((other) => other !== timer)
    this.#now = Math.max(this.#now, timer.at)
    timer.resolve()
  }
}

/** Everything that is ready to go on has gone on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}
