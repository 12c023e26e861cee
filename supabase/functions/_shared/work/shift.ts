import { ProcessorTime } from './processor-time.ts'

/**
 * The part of the allowed processor time after which nothing new is begun. The rest is for writing down what is in
 * hand, and for what a host counts in that we don't see, such as starting up.
 */
const WORKING_PART = 0.6

const LOOK_MS = 20

/**
 * One stretch of work of a function that isn't allowed more than so much processor time: when that is nearly used, or
 * the host says that it's about to end, `signal` asks everybody to hand over.
 */
export class Shift {
  readonly #time: ProcessorTime | null
  readonly #budgetMs: number
  readonly #timer: number | undefined
  #control = new AbortController()
  #isEnding = false

  /** `allowedMs`: what the host ends a function after; 0 where there's no such limit. */
  constructor(allowedMs: number) {
    this.#budgetMs = allowedMs * WORKING_PART
    this.#time = allowedMs === 0 ? null : new ProcessorTime()
    if (this.#time !== null) {
      this.#timer = Number(setInterval(() => this.#look(), LOOK_MS))
      Deno.unrefTimer(this.#timer)
    }
    // Hosts that retire an instance tell it so.
    for (const event of ['beforeunload', 'drain'])
      globalThis.addEventListener(event, this.#hearOfTheEnd)
  }

  /** Aborted: begin nothing new, give back what is in hand. */
  get signal(): AbortSignal {
    return this.#control.signal
  }

  get isOver(): boolean {
    this.#look()
    return this.#control.signal.aborted
  }

  /** Nothing is in hand any more: what comes next is other work, with time of its own. */
  beginAnew(): void {
    if (this.#isEnding) return
    this.#time?.begin()
    if (this.#control.signal.aborted) this.#control = new AbortController()
  }

  handOver(): void {
    this.#control.abort()
  }

  end(): void {
    this.#time?.stop()
    clearInterval(this.#timer)
    for (const event of ['beforeunload', 'drain'])
      globalThis.removeEventListener(event, this.#hearOfTheEnd)
  }

  readonly #hearOfTheEnd = (): void => {
    this.#isEnding = true
    this.handOver()
  }

  #look(): void {
    if (this.#time !== null && this.#time.usedMs >= this.#budgetMs) this.handOver()
  }
}
