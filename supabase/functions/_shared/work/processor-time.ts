import process from 'node:process'

/** How often the clock is looked at where the processor time of a thread isn't told. */
const LOOK_MS = 10

const ofThread = (
  process as { threadCpuUsage?: () => { user: number; system: number } }
) // newer than the types, and than some hosts
.threadCpuUsage

/**
 * Milliseconds of processor time that this thread has used since `begin`. Where the host doesn't tell (older Deno, as on
 * hosted projects), it's how late a timer comes: while we compute, nothing else of ours runs.
 */
export class ProcessorTime {
  #beganAt = 0
  #late = 0
  #lookedAt = 0
  readonly #timer: number | undefined

  constructor() {
    if (threadMs() === null) {
      this.#timer = Number(setInterval(() => this.#look(), LOOK_MS))
      Deno.unrefTimer(this.#timer)
    }
    this.begin()
  }

  /** Counts from now on. */
  begin(): void {
    this.#beganAt = threadMs() ?? 0
    this.#late = 0
    this.#lookedAt = performance.now()
  }

  get usedMs(): number {
    const now = threadMs()
    return now === null ? this.#late : now - this.#beganAt
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const now = performance.now()
    this.#late += Math.max(0, now - this.#lookedAt - LOOK_MS)
    this.#lookedAt = now
  }
}

function threadMs(): number | null {
  if (ofThread === undefined) return null
  const { user, system } = ofThread()
  return (user + system) / 1000
}
