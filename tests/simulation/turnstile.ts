import type {
  AcceptResult,
  ExecutionId,
  MemoryStore,
  NewExecution,
  StoredExecution,
  WorkflowId,
  WorkflowSettings,
} from '#lib/engine/index.ts'
import type { Random } from './random.ts'

/** What a workflow's settings allow. */
export type Limits = Pick<WorkflowSettings, 'maxConcurrency' | 'overlap' | 'rateLimit'>

/** Draws a workflow's limits. What others call isn't ended because of them: its callers would meet another end. */
export const drawLimits = (random: Random, isCalled: boolean): Limits => ({
  ...(random.chance(0.8)
    ? {
        maxConcurrency: random.int(1, 2),
        overlap: isCalled ? 'queue' : random.pick(['queue', 'skip', 'replace']),
      }
    : { rateLimit: { count: random.int(1, 2), perSeconds: random.pick([5, 60]) } }),
})

const OVER = new Set(['succeeded', 'failed', 'cancelled', 'timed_out'])

/**
 * Stands where the database decides which executions of a limited workflow may begin. That decision is SQL and is tested
 * there (tests/functions/limits.test.ts); here it's only made so that engine and processes meet its answers: "queued",
 * "skipped", executions that nobody may claim yet, turns that are passed on, or should have been.
 */
export class Turnstile {
  /** How many more than allowed it lets in: none, unless it's broken on purpose. */
  tooMany = 0
  /** What was left out because an earlier one was still going on. */
  readonly skipped = new Set<ExecutionId>()
  /** What had to wait for its turn. */
  readonly wasHeld = new Set<ExecutionId>()
  readonly #store: MemoryStore
  readonly #now: () => number
  readonly #limits: ReadonlyMap<WorkflowId, Limits>
  /** When each was let in. */
  readonly #admitted = new Map<ExecutionId, number>()

  constructor(store: MemoryStore, now: () => number, limits: ReadonlyMap<WorkflowId, Limits>) {
    this.#store = store
    this.#now = now
    this.#limits = limits
  }

  get all(): ReadonlyMap<WorkflowId, Limits> {
    return this.#limits
  }

  limits(workflow: WorkflowId): Limits | undefined {
    return this.#limits.get(workflow)
  }

  /** Waits for its turn: nobody may claim it. */
  isHeld({ made, status }: StoredExecution): boolean {
    return status === 'queued' && this.#limits.has(made.workflow) && !this.#admitted.has(made.id)
  }

  async accept(execution: NewExecution): Promise<AcceptResult> {
    const limits = this.#limits.get(execution.workflow)
    if (limits === undefined || this.#store.executions.has(execution.id))
      return await this.#store.accept(execution)
    const { workflow, id } = execution
    const isFull = this.#roomByCount(workflow, limits) <= 0
    if (isFull && limits.overlap === 'skip') {
      await this.#store.enqueue(execution)
      this.#store.requestCancel(id)
      this.skipped.add(id)
      return 'skipped'
    }
    if (isFull && limits.overlap === 'replace') this.#replaceOldest(workflow, limits)
    if (this.#room(workflow, limits) > 0 && this.#held(workflow).length === 0) {
      const result = await this.#store.accept(execution)
      if (result === 'accepted') this.#admitted.set(id, this.#now())
      return result
    }
    await this.#store.enqueue(execution)
    this.wasHeld.add(id)
    return 'queued'
  }

  /** Lets in those whose turn it is: of one workflow, or of all that have limits. */
  admit(workflow: WorkflowId | null): ExecutionId[] {
    const workflows = workflow === null ? [...this.#limits.keys()] : [workflow]
    return workflows.flatMap((one) => {
      const limits = this.#limits.get(one)
      if (limits === undefined) return []
      const next = this.#held(one)
        .filter(({ resting }) => resting === null || (resting.until ?? Infinity) <= this.#now())
        .slice(0, Math.max(0, this.#room(one, limits)))
      for (const { made } of next) this.#admitted.set(made.id, this.#now())
      return next.map(({ made }) => made.id)
    })
  }

  /** It counts anew. */
  retried(execution: ExecutionId): void {
    this.#admitted.delete(execution)
    this.skipped.delete(execution)
  }

  /** From when on somebody who looks finds a queued execution there to be claimed, or to be let in. */
  nextAt(stored: StoredExecution): number {
    const { workflow } = stored.made
    const limits = this.#limits.get(workflow)
    if (limits === undefined || !this.isHeld(stored)) return 0
    if (this.#roomByCount(workflow, limits) <= 0) return Infinity
    const { perSeconds = 0, count = Infinity } = limits.rateLimit ?? {}
    const lately = this.#lately(workflow, perSeconds)
    return lately.length < count ? 0 : (lately.at(-count) ?? 0) + perSeconds * 1000 + 1
  }

  /** Executions of a workflow that have begun and aren't over. */
  underWay(workflow: WorkflowId): StoredExecution[] {
    return this.#of(workflow).filter((stored) => !OVER.has(stored.status) && !this.isHeld(stored))
  }

  #room(workflow: WorkflowId, limits: Limits): number {
    const { perSeconds = 0, count = Infinity } = limits.rateLimit ?? {}
    const byRate = count - this.#lately(workflow, perSeconds).length
    return Math.min(this.#roomByCount(workflow, limits), byRate)
  }

  #roomByCount(workflow: WorkflowId, { maxConcurrency = Infinity }: Limits): number {
    return maxConcurrency + this.tooMany - this.underWay(workflow).length
  }

  /** When those were let in that still count, the earliest first. */
  #lately(workflow: WorkflowId, perSeconds: number): number[] {
    const since = this.#now() - perSeconds * 1000
    return this.#of(workflow)
      .flatMap(({ made }) => this.#admitted.get(made.id) ?? [])
      .filter((at) => at > since)
      .sort((a, b) => a - b)
  }

  #replaceOldest(workflow: WorkflowId, { maxConcurrency = 1 }: Limits): void {
    const open = this.#of(workflow).filter(({ status }) => !OVER.has(status))
    const old = open.slice(0, Math.max(0, open.length - (maxConcurrency - 1)))
    for (const { made } of old) this.#store.requestCancel(made.id)
  }

  #held(workflow: WorkflowId): StoredExecution[] {
    return this.#of(workflow).filter((stored) => this.isHeld(stored))
  }

  #of(workflow: WorkflowId): StoredExecution[] {
    return [...this.#store.executions.values()].filter(({ made }) => made.workflow === workflow)
  }
}
