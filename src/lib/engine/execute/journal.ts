import { EngineFault, LeaseLost } from '../errors.ts'
import type { ExecutionId, WorkspaceId } from '../ids.ts'
import type { TransactionServices } from '../services.ts'
import type {
  Checkpoint,
  Lease,
  NewExecution,
  StepPlace,
  StepRecord,
  WaitChanges,
  WaitRequest,
  Written,
} from '../store.ts'
import type { RunStore } from './beginning.ts'

/** What waits to be written besides records. */
interface Extras {
  waits: WaitChanges
  starts: NewExecution[]
  afterwards: (() => void)[]
}

const noExtras = (): Extras => ({ waits: { open: [], closed: [] }, starts: [], afterwards: [] })

/** How the journal's owner hears of what a write was answered with. */
export interface Answers {
  cancelRequested(): void
  pauseRequested(): void
  ready(executions: readonly ExecutionId[]): void
}

/**
 * What an execution still has to write down. Records of pure steps wait here and ride on the next write; each write
 * takes everything that's there. One write at a time, so that a record never overtakes its own earlier state.
 */
export class Journal {
  readonly #store: RunStore
  readonly #lease: Lease
  readonly #answers: Answers
  /** By seq: a later state of the same attempt takes the place of an earlier one. */
  #buffer = new Map<number, StepRecord>()
  /** Waits, starts, and what to do when everything that's in the buffer now is written. */
  #extras = noExtras()
  #last: Promise<unknown> = Promise.resolve()
  #flush: Promise<void> | null = null
  /** What writing has thrown. */
  readonly #failures = new Set<unknown>()
  /**
   * A write whose outcome nobody knows. Nothing may be written after it: that might be there without it (the step after
   * one whose end got lost), or undo it (a step that was committed, called off).
   */
  #broken: { cause: unknown } | null = null

  constructor(store: RunStore, lease: Lease, answers: Answers) {
    this.#store = store
    this.#lease = lease
    this.#answers = answers
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
    this.#extras.afterwards.push(then)
  }

  /** Asks the outside to wake a step, from the next write on. */
  openWaits({ node, path }: StepPlace, waits: readonly WaitRequest[]): void {
    for (const wait of waits) this.#extras.waits.open.push({ node, path, ...wait })
  }

  /** A step waits no longer: for one thing (kind and key), or for anything. */
  closeWaits(place: WaitChanges['closed'][number]): void {
    const { waits } = this.#extras
    // Closing comes first in a write: what was to be opened with the same one isn't opened at all.
    waits.open = waits.open.filter((wait) => !isPartOf(wait, place))
    waits.closed.push(place)
  }

  /** Executions that begin with the next write. */
  start(executions: readonly NewExecution[]): void {
    this.#extras.starts.push(...executions)
  }

  /** Resolves when all that was appended before is committed. Calls that come together share a write. */
  flush(): Promise<void> {
    this.#flush ??= this.#inTurn(async () => {
      this.#flush = null
      if (this.#buffer.size > 0 || this.#extras.afterwards.length > 0)
        await this.#write({ status: 'running' })
    })
    return this.#flush
  }

  /** A question to the store on the execution's behalf: what it throws is the store's doing. */
  ask<T>(question: () => Promise<T>): Promise<T> {
    return this.#inTurn(question)
  }

  /** The last write: gives up the lease. */
  close(how: Omit<Checkpoint, 'steps'>): Promise<void> {
    return this.#inTurn(() => this.#write(how))
  }

  /**
   * A step's own writes, its record, and all that waits here, in one transaction. `work` may be called more than once;
   * what it adds besides its record is kept of the last time.
   */
  transact(
    workspace: WorkspaceId,
    work: (
      services: TransactionServices,
    ) => Promise<{ record: StepRecord; waits?: WaitChanges; starts?: NewExecution[] }>,
  ): Promise<void> {
    return this.#inTurn(async () => {
      const [batch, extras] = this.#take()
      const own: { problem?: unknown } = {}
      try {
        const answer = await this.#store.transact(this.#lease, workspace, async (services) => {
          const {
            record,
            waits,
            starts = [],
          } = await work(services).catch((problem: unknown) => {
            own.problem = problem
            throw problem
          })
          return checkpointOf({ status: 'running' }, [...batch.values(), record], {
            ...extras,
            waits: {
              open: [...extras.waits.open, ...(waits?.open ?? [])],
              closed: [...extras.waits.closed, ...(waits?.closed ?? [])],
            },
            starts: [...extras.starts, ...starts],
          })
        })
        this.#done(answer, extras)
      } catch (problem) {
        // Only what the work itself threw was rolled back for certain.
        if ('problem' in own && own.problem === problem) this.#giveBack(batch, extras)
        else this.#broken = { cause: problem }
        throw problem
      }
    })
  }

  async #write(how: Omit<Checkpoint, 'steps'>): Promise<void> {
    const [batch, extras] = this.#take()
    try {
      const write = checkpointOf(how, [...batch.values()], extras)
      this.#done(await this.#store.checkpoint(this.#lease, write), extras)
    } catch (problem) {
      this.#broken = { cause: problem }
      throw problem
    }
  }

  /** The last write of an execution that can't go on: what waits here may be the reason, and isn't written. */
  async abandon(how: Omit<Checkpoint, 'steps'>): Promise<void> {
    this.#broken ??= { cause: new EngineFault('This execution was abandoned.') }
    await this.#last
    this.#take()
    await this.#write(how)
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
    const turn = this.#last.then(() => {
      if (this.#broken !== null) throw this.#broken.cause
      return work()
    })
    turn.catch((problem: unknown) => this.#failures.add(problem))
    // Whoever asked for the work hears of its failure; the next in line only waits for its end.
    this.#last = turn.catch(() => undefined)
    return turn
  }

  #take(): [Map<number, StepRecord>, Extras] {
    const taken: [Map<number, StepRecord>, Extras] = [this.#buffer, this.#extras]
    this.#buffer = new Map()
    this.#extras = noExtras()
    return taken
  }

  #giveBack(batch: Map<number, StepRecord>, { waits, starts, afterwards }: Extras): void {
    this.#buffer = new Map([...batch, ...this.#buffer])
    const later = this.#extras
    this.#extras = {
      waits: {
        open: [...waits.open, ...later.waits.open],
        closed: [...waits.closed, ...later.waits.closed],
      },
      starts: [...starts, ...later.starts],
      afterwards: [...afterwards, ...later.afterwards],
    }
  }

  #done({ cancelRequested, pauseRequested, ready = [] }: Written, { afterwards }: Extras): void {
    for (const then of afterwards) then()
    if (ready.length > 0) this.#answers.ready(ready)
    if (cancelRequested) this.#answers.cancelRequested()
    if (pauseRequested === true) this.#answers.pauseRequested()
  }
}

/** A write with what there is besides records; most have nothing. */
function checkpointOf(
  how: Omit<Checkpoint, 'steps'>,
  steps: StepRecord[],
  { waits, starts }: Extras,
): Checkpoint {
  const write: Checkpoint = { ...how, steps }
  if (waits.open.length > 0 || waits.closed.length > 0) write.waits = waits
  if (starts.length > 0) write.starts = [...starts, ...(how.starts ?? [])]
  return write
}

const isPartOf = (
  wait: WaitChanges['open'][number],
  { node, path, kind, key }: WaitChanges['closed'][number],
): boolean =>
  wait.node === node &&
  wait.path === path &&
  (kind === undefined || (wait.kind === kind && wait.key === key))

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
