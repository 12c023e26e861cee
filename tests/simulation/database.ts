import type {
  AcceptResult,
  Checkpoint,
  ClaimedExecution,
  Data,
  ExecutionId,
  FirstWrite,
  Lease,
  MemoryStore,
  NewExecution,
  StepPlace,
  TransactionServices,
  WaitKind,
  WorkspaceId,
  Written,
} from '#lib/engine/index.ts'
import { Audit } from './audit.ts'
import type { Faults } from './faults.ts'
import { LEASE_MS } from './limits.ts'
import type { Process } from './process.ts'
import type { Timeline } from './timeline.ts'

/** A wake-up in the queue. Fetched ones come back when whoever fetched them says nothing more. */
export interface Job {
  readonly execution: ExecutionId
  at: number
}

/** What a process writes with its own commit. */
type Work = (services: TransactionServices) => Promise<Checkpoint>

/** After so long, a job that was fetched and not removed is there again. */
const FETCHED_FOR_MS = 20_000

/**
 * The database of a simulated world: the store under test, the queue of wake-ups beside it, and the audit of all that
 * it takes. Knows which process asks, as the store itself doesn't.
 */
export class Database {
  readonly store: MemoryStore
  readonly audit = new Audit()
  /** How far its clock is ahead of the true time. */
  skew = 0
  /** Called after everything that changed something. */
  onChange: () => void = () => undefined
  readonly #timeline: Timeline
  readonly #faults: Faults
  #accepts = 0
  readonly #jobs = new Set<Job>()
  /** The moments for which wake-ups have been sent. */
  readonly #sent = new Map<ExecutionId, number>()

  constructor(
    makeStore: (clock: { now(): number }) => MemoryStore,
    timeline: Timeline,
    faults: Faults,
  ) {
    this.store = makeStore({ now: () => timeline.now + this.skew })
    this.#timeline = timeline
    this.#faults = faults
  }

  get #now(): number {
    return this.#timeline.now + this.skew
  }

  /** Every other time with what the run has to write by now, in one commit: stores may do either. */
  async accept(by: Process, execution: NewExecution, first?: FirstWrite): Promise<AcceptResult> {
    const write = this.#accepts++ % 2 === 0 ? (first?.take() ?? null) : null
    const result = await this.store.accept(execution)
    if (result === 'accepted') {
      const lease = { execution: execution.id, number: 1 }
      this.audit.granted(lease, by.name)
      if (write !== null) await this.checkpoint(by, lease, write, false)
    }
    this.#changed()
    return result
  }

  async checkpoint(
    by: Process,
    lease: Lease,
    write: Checkpoint,
    isRepeat: boolean,
  ): Promise<Written> {
    const written = await this.store.checkpoint(lease, write)
    this.audit.wrote(lease, write, by.name, isRepeat)
    this.#changed()
    return written
  }

  async transact(by: Process, lease: Lease, workspace: WorkspaceId, work: Work): Promise<Written> {
    let write: Checkpoint | undefined
    const written = await this.store.transact(lease, workspace, async (services) => {
      write = await work(services)
      return write
    })
    if (write !== undefined) this.audit.wrote(lease, write, by.name, false)
    this.#changed()
    return written
  }

  async claim(by: Process, execution: ExecutionId): Promise<ClaimedExecution | null> {
    const claimed = await this.store.claim(execution)
    if (claimed !== null) this.audit.granted(claimed.lease, by.name)
    return claimed
  }

  async claimAbandoned(by: Process, limit: number): Promise<ClaimedExecution[]> {
    const claimed = await this.store.claimAbandoned(limit)
    for (const { lease } of claimed) this.audit.granted(lease, by.name)
    return claimed
  }

  /** Something from outside. Says whether somebody waited for it. */
  deliver(
    execution: ExecutionId,
    kind: WaitKind,
    key: string,
    data: Data,
    place?: StepPlace,
  ): boolean {
    const isTaken = this.store.deliver(execution, kind, key, data, place)
    this.#changed()
    return isTaken
  }

  /** A person's "Cancel". */
  cancel(execution: ExecutionId): void {
    this.store.requestCancel(execution)
    this.#changed()
  }

  /** Wake-ups that are due. */
  fetch(): Job[] {
    const due = [...this.#jobs].filter(({ at }) => at <= this.#now)
    for (const job of due) job.at = this.#now + FETCHED_FOR_MS
    return due
  }

  remove(jobs: readonly Job[]): void {
    for (const job of jobs) this.#jobs.delete(job)
  }

  /** When somebody who looks will find something next, in true time; null when never. */
  get nextAt(): number | null {
    let next = Infinity
    for (const { at } of this.#jobs) next = Math.min(next, at)
    for (const { status, leaseUntil, wakeAt } of this.store.executions.values()) {
      if (status === 'queued') return this.#timeline.now
      if (status === 'running') next = Math.min(next, leaseUntil ?? 0)
      if (status === 'waiting' && wakeAt !== null) next = Math.min(next, wakeAt + 2 * LEASE_MS + 1)
    }
    return next === Infinity ? null : next - this.skew
  }

  /** Wake-ups are sent with the commit that asks for them; what becomes of them then is another matter. */
  #changed(): void {
    for (const [id, { status, wakeAt }] of this.store.executions) {
      if (status !== 'waiting' || wakeAt === null || this.#sent.get(id) === wakeAt) continue
      this.#sent.set(id, wakeAt)
      const fault = this.#faults.strike('queue')
      if (fault === 'wake-up lost') continue
      const late = fault === 'wake-up late' ? this.#faults.int(1, 120_000) : 0
      this.#jobs.add({ execution: id, at: wakeAt + late })
      if (fault === 'wake-up doubled') this.#jobs.add({ execution: id, at: wakeAt })
    }
    this.onChange()
  }
}
