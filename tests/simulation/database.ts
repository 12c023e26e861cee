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
  StepRecord,
  StoredExecution,
  TransactionServices,
  WaitKind,
  WorkspaceId,
  Written,
} from '#lib/engine/index.ts'
import { Audit } from './audit.ts'
import type { Faults } from './faults.ts'
import { LEASE_MS } from './limits.ts'
import type { Process } from './process.ts'
import { Queue } from './queue.ts'
import type { Timeline } from './timeline.ts'
import type { Timetable } from './timetable.ts'
import type { Turnstile } from './turnstile.ts'
import type { ReplayJob } from './wishes.ts'

/** What a process writes with its own commit. */
type Work = (services: TransactionServices) => Promise<Checkpoint>

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
  readonly queue: Queue
  readonly #timeline: Timeline
  #accepts = 0
  /** Schedules, in worlds that have some. */
  timetable: Timetable | null = null
  /** Holds back what is more than workflows' limits allow, in worlds where some have limits. */
  turnstile: Turnstile | null = null
  /** The moments for which wake-ups have been sent. */
  readonly #sent = new Map<ExecutionId, number>()

  constructor(
    makeStore: (clock: { now(): number }) => MemoryStore,
    timeline: Timeline,
    faults: Faults,
  ) {
    this.store = makeStore({ now: () => timeline.now + this.skew })
    this.#timeline = timeline
    this.queue = new Queue(faults)
  }

  /** What time it is by its own clock. */
  get now(): number {
    return this.#timeline.now + this.skew
  }

  /** Every other time with what the run has to write by now, in one commit: stores may do either. */
  async accept(by: Process, execution: NewExecution, first?: FirstWrite): Promise<AcceptResult> {
    const write = this.#accepts++ % 2 === 0 ? (first?.take() ?? null) : null
    const result = await (this.turnstile ?? this.store).accept(execution)
    if (result === 'accepted') {
      const lease = { execution: execution.id, number: 1 }
      this.#granted(lease, by)
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
    if (claimed !== null) this.#granted(claimed.lease, by)
    return claimed
  }

  async claimAbandoned(by: Process, limit: number): Promise<ClaimedExecution[]> {
    const claimed = await this.store.claimAbandoned(limit)
    for (const { lease } of claimed) this.#granted(lease, by)
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

  /** "Pause", and "Resume". */
  pause(execution: ExecutionId): void {
    this.store.requestPause(execution)
    const { resting = null } = this.store.executions.get(execution) ?? {}
    if (resting === null) return
    const { until } = resting
    this.audit.rests(execution, until ?? Infinity)
    if (until !== null) this.queue.send({ kind: 'resume', execution, at: until })
    this.#changed()
  }

  resume(execution: ExecutionId): void {
    this.store.requestResume(execution)
    this.audit.rests(execution, 0)
    // The job of the time when it was paused may have come and gone.
    this.#sent.delete(execution)
    this.#changed()
  }

  /** "Retry from the failed step". */
  retry(execution: ExecutionId): void {
    this.store.requestRetry(execution)
    this.turnstile?.retried(execution)
    this.audit.retried(execution)
    this.#changed()
  }

  /** "Replay": it's queued, and one of the processes makes it. */
  askForReplay(replay: ReplayJob): void {
    this.queue.keep({ kind: 'replay', replay, at: this.now })
    this.#changed()
  }

  /** Makes an execution durable that waits for whoever takes it up. */
  async enqueue(made: NewExecution, kept: readonly StepRecord[]): Promise<boolean> {
    const isNew = await this.store.enqueue(made, kept)
    this.#changed()
    return isNew
  }

  /** When somebody who looks will find something next, in true time; null when never. */
  get nextAt(): number | null {
    let next = Math.min(this.queue.nextAt, this.timetable?.nextAt ?? Infinity)
    for (const stored of this.store.executions.values()) {
      const { status, leaseUntil, wakeAt } = stored
      const from = this.#restsUntil(stored)
      if (status === 'queued')
        next = Math.min(next, Math.max(from, this.turnstile?.nextAt(stored) ?? 0))
      if (status === 'running') next = Math.min(next, Math.max(from, leaseUntil ?? 0))
      if (status === 'waiting' && wakeAt !== null)
        next = Math.min(next, Math.max(from, wakeAt + 2 * LEASE_MS + 1))
    }
    return next === Infinity ? null : Math.max(next - this.skew, this.#timeline.now)
  }

  /** Wake-ups are sent with the commit that asks for them. */
  #changed(): void {
    for (const [id, { status, wakeAt }] of this.store.executions) {
      if (status !== 'waiting' || wakeAt === null || this.#sent.get(id) === wakeAt) continue
      this.#sent.set(id, wakeAt)
      this.queue.send({ kind: 'resume', execution: id, at: wakeAt })
    }
    this.onChange()
  }

  #granted(lease: Lease, by: Process): void {
    // Whoever cancels, or replaces, doesn't want it to rest any longer.
    if (this.store.executions.get(lease.execution)?.cancelRequested === true)
      this.audit.rests(lease.execution, 0)
    this.audit.granted(lease, by.name, this.now)
  }

  #restsUntil({ resting }: StoredExecution): number {
    return resting === null ? 0 : (resting.until ?? Infinity)
  }
}
