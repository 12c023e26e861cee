import { EngineFault, LeaseLost } from '../errors.ts'
import type { WorkspaceId } from '../ids.ts'
import type { TransactionServices } from '../services.ts'
import type { Checkpoint, ExecutionStore, Lease, StepRecord } from '../store.ts'

/**
 * What an execution still has to write down. Records of pure steps wait here and ride on the next write; each write
 * takes everything that's there. One write at a time, so that a record never overtakes its own earlier state.
 */
export class Journal {
  readonly #store: ExecutionStore
  readonly #lease: Lease
  readonly #onCancelRequested: () => void
  /** By seq: a later state of the same attempt takes the place of an earlier one. */
  #buffer = new Map<number, StepRecord>()
  /** What to do when everything that's in the buffer now is written. */
  #afterwards: (() => void)[] = []
  #last: Promise<unknown> = Promise.resolve()
  #flush: Promise<void> | null = null
  /** What writing has thrown. */
  readonly #failures = new Set<unknown>()

  constructor(store: ExecutionStore, lease: Lease, onCancelRequested: () => void) {
    this.#store = store
    this.#lease = lease
    this.#onCancelRequested = onCancelRequested
  }

  /** How many records wait. */
  get size(): number {
    return this.#buffer.size
  }

  append(record: StepRecord): void {
    this.#buffer.set(record.seq, record)
  }

  /** Called when what was appended before is committed. */
  afterwards(then: () => void): void {
    this.#afterwards.push(then)
  }

  /** Resolves when all that was appended before is committed. Calls that come together share a write. */
  flush(): Promise<void> {
    this.#flush ??= this.#inTurn(async () => {
      this.#flush = null
      if (this.#buffer.size > 0 || this.#afterwards.length > 0)
        await this.#write({ status: 'running' })
    })
    return this.#flush
  }

  /** The last write: gives up the lease. */
  close(how: Omit<Checkpoint, 'steps'>): Promise<void> {
    return this.#inTurn(() => this.#write(how))
  }

  /** A step's own writes, its record, and all that waits here, in one transaction. */
  transact(
    workspace: WorkspaceId,
    work: (services: TransactionServices) => Promise<StepRecord>,
  ): Promise<void> {
    return this.#inTurn(async () => {
      const [batch, afterwards] = this.#take()
      try {
        const answer = await this.#store.transact(this.#lease, workspace, async (services) => {
          const record = await work(services)
          return { steps: [...batch.values(), record], status: 'running' }
        })
        this.#done(answer, afterwards)
      } catch (problem) {
        this.#giveBack(batch, afterwards)
        throw problem
      }
    })
  }

  async #write(how: Omit<Checkpoint, 'steps'>): Promise<void> {
    const [batch, afterwards] = this.#take()
    const answer = await this.#store.checkpoint(this.#lease, { ...how, steps: [...batch.values()] })
    this.#done(answer, afterwards)
  }

  /** The last write of an execution that can't go on: what waits here may be the reason, and isn't written. */
  abandon(how: Omit<Checkpoint, 'steps'>): Promise<void> {
    this.#take()
    return this.close(how)
  }

  /**
   * What a problem means for the execution: null when the store or the lease is to blame (whoever takes over may have
   * better luck), a fault when the next process would meet it again.
   */
  faultOf(problem: unknown): EngineFault | null {
    if (problem instanceof LeaseLost) return null
    if (!this.#failures.has(problem))
      return problem instanceof EngineFault ? problem : faultOf(problem)
    // Stores say by such a code that they will never take this.
    const refused = hasCode(problem) && problem.code.startsWith('store.')
    return refused ? faultOf(problem) : null
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    turn.catch((problem: unknown) => this.#failures.add(problem))
    // Whoever asked for the work hears of its failure; the next in line only waits for its end.
    this.#last = turn.catch(() => undefined)
    return turn
  }

  #take(): [Map<number, StepRecord>, (() => void)[]] {
    const taken: [Map<number, StepRecord>, (() => void)[]] = [this.#buffer, this.#afterwards]
    this.#buffer = new Map()
    this.#afterwards = []
    return taken
  }

  #giveBack(batch: Map<number, StepRecord>, afterwards: (() => void)[]): void {
    this.#buffer = new Map([...batch, ...this.#buffer])
    this.#afterwards = [...afterwards, ...this.#afterwards]
  }

  #done({ cancelRequested }: { cancelRequested: boolean }, afterwards: (() => void)[]): void {
    for (const then of afterwards) then()
    if (cancelRequested) this.#onCancelRequested()
  }
}

const hasCode = (problem: unknown): problem is { code: string } =>
  typeof problem === 'object' &&
  problem !== null &&
  'code' in problem &&
  typeof problem.code === 'string'

const faultOf = (problem: unknown): EngineFault =>
  new EngineFault(
    `An execution could not go on (${problem instanceof Error ? problem.message.slice(0, 300) : 'unknown'}).`,
    problem,
  )
