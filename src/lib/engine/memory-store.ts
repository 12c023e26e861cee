import { LeaseLost, StepFailure } from './errors.ts'
import type { ExecutionId, VersionId, WorkspaceId } from './ids.ts'
import { MemoryRecords } from './memory-records.ts'
import type { Clock, TransactionServices } from './services.ts'
import type {
  AcceptResult,
  Checkpoint,
  ClaimedExecution,
  ErrorData,
  ExecutionStatus,
  ExecutionStore,
  Lease,
  NewExecution,
  StepRecord,
  VersionRecord,
} from './store.ts'

/** An execution as the memory store holds it; read it in tests and previews, never write it. */
export interface StoredExecution {
  readonly made: NewExecution
  readonly createdAt: string
  status: ExecutionStatus
  leaseNumber: number
  /** Milliseconds since 1970; null while nobody holds it. */
  leaseUntil: number | null
  wakeAt: number | null
  cancelRequested: boolean
  error: ErrorData | null
  /** By node, path and attempt. */
  steps: Map<string, StepRecord & { superseded: boolean }>
}

export interface MemoryStoreOptions {
  clock: Pick<Clock, 'now'>
  /** How long a lease lasts without being renewed. */
  leaseMs?: number
}

const stepKey = (step: Pick<StepRecord, 'node' | 'path' | 'attempt'>): string =>
  `${step.node}@${step.path}#${step.attempt}`

const isOver = (status: ExecutionStatus): boolean =>
  status === 'succeeded' || status === 'failed' || status === 'cancelled' || status === 'timed_out'

/**
 * The whole port to durable state, in memory: fencing, leases, transactions that roll back. For tests, simulation and the
 * browser's preview. What it hands out and takes in is copied, as a database would.
 */
export class MemoryStore implements ExecutionStore {
  readonly executions = new Map<ExecutionId, StoredExecution>()
  readonly #versions = new Map<VersionId, VersionRecord>()
  readonly #live = new Map<string, VersionId>()
  readonly #records = new Map<WorkspaceId, MemoryRecords>()
  readonly #clock: Pick<Clock, 'now'>
  readonly #leaseMs: number

  constructor({ clock, leaseMs = 15_000 }: MemoryStoreOptions) {
    this.#clock = clock
    this.#leaseMs = leaseMs
  }

  /** Makes a version known and, unless told otherwise, its workflow's live one. */
  publish(version: VersionRecord, { live = true } = {}): void {
    this.#versions.set(version.id, version)
    if (live) this.#live.set(version.workflow.id, version.id)
  }

  /** The workspace's records, as transactional steps see them. */
  records(workspace: WorkspaceId): MemoryRecords {
    const known = this.#records.get(workspace)
    if (known) return known
    const made = new MemoryRecords(this.#clock)
    this.#records.set(workspace, made)
    return made
  }

  /** The steps that count, in order of `seq`. */
  steps(execution: ExecutionId): StepRecord[] {
    const steps = [...(this.executions.get(execution)?.steps.values() ?? [])]
    return steps.filter((step) => !step.superseded).sort((a, b) => a.seq - b.seq)
  }

  async accept(execution: NewExecution): Promise<AcceptResult> {
    if (this.executions.has(execution.id)) return 'duplicate'
    if (execution.onlyIfLive && this.#live.get(execution.workflow) !== execution.version)
      return 'not_live'
    this.executions.set(execution.id, {
      made: structuredClone(execution),
      createdAt: new Date(this.#clock.now()).toISOString(),
      status: 'running',
      leaseNumber: 1,
      leaseUntil: this.#clock.now() + this.#leaseMs,
      wakeAt: null,
      cancelRequested: false,
      error: null,
      steps: new Map(),
    })
    return 'accepted'
  }

  async version(id: VersionId): Promise<VersionRecord> {
    const version = this.#versions.get(id)
    if (version === undefined) {
      throw new StepFailure({
        code: 'version.not_found',
        title: 'This version does not exist',
        detail: 'The version that this execution was started with is gone.',
        retryable: false,
      })
    }
    return version
  }

  async checkpoint(lease: Lease, write: Checkpoint): Promise<{ cancelRequested: boolean }> {
    return this.#write(this.#held(lease), write)
  }

  async transact(
    lease: Lease,
    workspace: WorkspaceId,
    work: (services: TransactionServices) => Promise<Checkpoint>,
  ): Promise<{ cancelRequested: boolean }> {
    const shared = this.records(workspace)
    const own = shared.copy()
    const write = await work({ records: own })
    const held = this.#held(lease)
    shared.take(own)
    return this.#write(held, write)
  }

  async claim(execution: ExecutionId): Promise<ClaimedExecution | null> {
    const stored = this.executions.get(execution)
    if (stored === undefined) return null
    const { status, wakeAt } = stored
    const isDue = status === 'waiting' && wakeAt !== null && wakeAt <= this.#clock.now()
    return isDue || status === 'queued' ? this.#claim(stored) : null
  }

  async claimAbandoned(limit: number): Promise<ClaimedExecution[]> {
    const now = this.#clock.now()
    return [...this.executions.values()]
      .filter(
        ({ status, leaseUntil }) =>
          status === 'queued' || (status === 'running' && (leaseUntil ?? 0) <= now),
      )
      .slice(0, limit)
      .map((stored) => this.#claim(stored))
  }

  async renew(leases: Lease[]): Promise<{ lost: ExecutionId[]; cancelRequested: ExecutionId[] }> {
    const lost: ExecutionId[] = []
    const cancelRequested: ExecutionId[] = []
    for (const lease of leases) {
      const stored = this.executions.get(lease.execution)
      if (stored?.status !== 'running' || stored.leaseNumber !== lease.number) {
        lost.push(lease.execution)
        continue
      }
      stored.leaseUntil = this.#clock.now() + this.#leaseMs
      if (stored.cancelRequested) cancelRequested.push(lease.execution)
    }
    return { lost, cancelRequested }
  }

  /** What a person's "Cancel" does: one that waits stops here and now, one that runs is told at its next write. */
  requestCancel(execution: ExecutionId): void {
    const stored = this.executions.get(execution)
    if (stored === undefined || isOver(stored.status)) return
    stored.cancelRequested = true
    if (stored.status === 'running') return
    stored.status = 'cancelled'
    stored.leaseNumber += 1
    for (const step of stored.steps.values()) {
      if (step.status === 'waiting' || step.status === 'running') step.status = 'cancelled'
    }
  }

  /** What "Retry from the failed step" does: the open and failed attempts are set aside, and it queues again. */
  requestRetry(execution: ExecutionId): void {
    const stored = this.executions.get(execution)
    if (stored === undefined || !isOver(stored.status) || stored.status === 'succeeded') return
    Object.assign(stored, {
      status: 'queued',
      leaseUntil: null,
      wakeAt: null,
      cancelRequested: false,
      error: null,
    })
    stored.leaseNumber += 1
    for (const step of stored.steps.values()) {
      const dealtWith = step.status === 'failed' && step.port !== null
      if (step.status !== 'succeeded' && step.status !== 'skipped' && !dealtWith)
        step.superseded = true
    }
  }

  #claim(stored: StoredExecution): ClaimedExecution {
    stored.status = 'running'
    stored.leaseNumber += 1
    stored.leaseUntil = this.#clock.now() + this.#leaseMs
    stored.wakeAt = null
    const { made } = stored
    const attemptsBefore: Record<string, number> = {}
    for (const step of stored.steps.values()) {
      const key = `${step.node}@${step.path}`
      if (step.superseded) attemptsBefore[key] = Math.max(attemptsBefore[key] ?? 0, step.attempt)
    }
    return {
      lease: { execution: made.id, number: stored.leaseNumber },
      workspace: made.workspace,
      workflow: made.workflow,
      version: made.version,
      triggerNode: made.triggerNode,
      triggerData: structuredClone(made.triggerData),
      mode: made.mode,
      createdAt: stored.createdAt,
      cancelRequested: stored.cancelRequested,
      steps: structuredClone(this.steps(made.id)),
      attemptsBefore,
    }
  }

  #held(lease: Lease): StoredExecution {
    const stored = this.executions.get(lease.execution)
    if (stored?.status !== 'running' || stored.leaseNumber !== lease.number)
      throw new LeaseLost(lease.execution)
    return stored
  }

  #write(stored: StoredExecution, write: Checkpoint): { cancelRequested: boolean } {
    for (const step of write.steps) {
      stored.steps.set(stepKey(step), { ...structuredClone(step), superseded: false })
    }
    stored.status = write.status
    stored.error = write.error ?? null
    stored.wakeAt = write.wakeAt ?? null
    if (write.status !== 'running') stored.leaseUntil = null
    // Who was asked to stop and is about to fall asleep is woken at once instead, to hear of it.
    if (write.status === 'waiting' && stored.cancelRequested) stored.wakeAt = this.#clock.now()
    return { cancelRequested: stored.cancelRequested }
  }
}
