/** While others come, too, so many of one workspace's executions are on their way into the database at once. */
const MOST_BESIDE_OTHERS = 16
/** Others have come lately: within this time. */
const LATELY_MS = 2_000

/** What a workspace has under way here. */
interface Line {
  underWay: number
  lastCame: number
  waiting: (() => void)[]
}

/**
 * Lets a workspace that floods us wait for itself, so that what another one sends isn't behind all of it. Alone, nobody
 * waits. What a workspace may have running isn't limited here: only how much of it comes in at the same moment.
 */
export class Turns {
  readonly #lines = new Map<string, Line>()
  readonly #now: () => number
  #forgetAt = 0

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Does the work when it's the workspace's turn. */
  async take<T>(workspace: string, work: () => Promise<T>): Promise<T> {
    const line = this.#lineOf(workspace)
    if (line.underWay < MOST_BESIDE_OTHERS || !this.#othersCame(line)) line.underWay++
    // Whoever leaves hands their place over.
    else await new Promise<void>((enter) => line.waiting.push(enter))
    try {
      return await work()
    } finally {
      const next = line.waiting.shift()
      if (next === undefined) line.underWay--
      else next()
      this.#forgetOld()
    }
  }

  #lineOf(workspace: string): Line {
    const line = this.#lines.get(workspace) ?? { underWay: 0, lastCame: 0, waiting: [] }
    this.#lines.set(workspace, line)
    line.lastCame = this.#now()
    return line
  }

  #othersCame(line: Line): boolean {
    if (this.#lines.size === 1) return false
    const since = this.#now() - LATELY_MS
    for (const other of this.#lines.values())
      if (other !== line && other.lastCame > since) return true
    return false
  }

  /** Workspaces that have been quiet for a while needn't be looked at. Looked for once in a while. */
  #forgetOld(): void {
    const now = this.#now()
    if (this.#lines.size < 2 || now < this.#forgetAt) return
    this.#forgetAt = now + LATELY_MS
    const since = now - LATELY_MS
    for (const [workspace, { underWay, lastCame }] of this.#lines)
      if (underWay === 0 && lastCame < since) this.#lines.delete(workspace)
  }
}
