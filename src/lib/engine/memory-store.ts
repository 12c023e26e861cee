import type { Data } from './data.ts'
import { LeaseLost, StepFailure } from './errors.ts'
import type { ExecutionId, VersionId, WorkflowId, WorkspaceId } from './ids.ts'
import {
  claimedOf,
  isAwake,
  isOver,
  keepStep,
  newlyStored,
  queueAgain,
  stepsThatCount,
  type StoredExecution,
  type StoredWait,
} from './memory-execution.ts'
import { MemoryRecords } from './memory-records.ts'
import type { Clock, TransactionServices } from './services.ts'
import type {
  AcceptResult,
  Checkpoint,
  ClaimedExecution,
  ExecutionStore,
  Lease,
  LiveTrigger,
  NewExecution,
  Renewed,
  StepPlace,
  StepRecord,
  VersionRecord,
  WaitKind,
  Written,
} from './store.ts'

export interface MemoryStoreOptions {
  clock: Pick<Clock, 'now'>
  /** How long a lease lasts without being renewed. */
  leaseMs?: number
}

/**
 * The whole port to durable state, in memory: fencing, leases, transactions that roll back. For tests, simulation and the
 * browser's preview. What it hands out and takes in is copied, as a database would.
 */
export class MemoryStore implements ExecutionStore {
  readonly executions = new Map<ExecutionId, StoredExecution>()
  /** Whether an execution waits for its turn, for whoever enforces limits before this store. */
  holds: (stored: StoredExecution) => boolean = () => false
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
    const stored = this.executions.get(execution)
    return stored === undefined ? [] : stepsThatCount(stored)
  }

  async accept(execution: NewExecution): Promise<AcceptResult> {
    if (this.executions.has(execution.id)) return 'duplicate'
    if (execution.onlyIfLive && this.#live.get(execution.workflow) !== execution.version)
      return 'not_live'
    this.#add(execution, 'running', this.#clock.now() + this.#leaseMs)
    return 'accepted'
  }

  async liveTrigger(
    workspace: WorkspaceId,
    workflow: WorkflowId,
    kind: string,
  ): Promise<LiveTrigger | null> {
    const id = this.#live.get(workflow)
    const version = id === undefined ? undefined : this.#versions.get(id)
    if (version === undefined || version.workspace.id !== workspace) return null
    const trigger = version.definition.nodes.find((node) => node.type === kind && !node.disabled)
    return trigger === undefined ? null : { version: version.id, node: trigger.id }
  }

  /**
   * Something arrived from outside for a wait; false when nobody waits for it (any more). `place` is needed where several
   * steps may wait for the same.
   */
  deliver(
    execution: ExecutionId,
    kind: WaitKind,
    key: string,
    data: Data,
    place?: StepPlace,
  ): boolean {
    const stored = this.executions.get(execution)
    const wait = stored?.waits.find(
      (open) =>
        open.kind === kind &&
        open.key === key &&
        open.delivery === null &&
        (place === undefined || (open.node === place.node && open.path === place.path)),
    )
    if (stored === undefined || wait === undefined) return false
    const at = new Date(this.#clock.now()).toISOString()
    wait.delivery = { kind, key, data: structuredClone(data), at }
    stored.delivered = true
    if (stored.status === 'waiting') stored.wakeAt = this.#clock.now()
    return true
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

  async checkpoint(lease: Lease, write: Checkpoint): Promise<Written> {
    return this.#write(this.#held(lease), write)
  }

  async transact(
    lease: Lease,
    workspace: WorkspaceId,
    work: (services: TransactionServices) => Promise<Checkpoint>,
  ): Promise<Written> {
    const shared = this.records(workspace)
    const liveTrigger: TransactionServices['workflows']['liveTrigger'] = (workflow, kind) =>
      this.liveTrigger(workspace, workflow, kind)
    let own = shared.copy()
    let write = await work({ records: own, workflows: { liveTrigger } })
    while (shared.collidesWith(own)) {
      own = shared.copy()
      write = await work({ records: own, workflows: { liveTrigger } })
    }
    const held = this.#held(lease)
    shared.take(own)
    return this.#write(held, write)
  }

  async claim(execution: ExecutionId): Promise<ClaimedExecution | null> {
    const stored = this.executions.get(execution)
    if (stored === undefined) return null
    const { status, wakeAt } = stored
    const now = this.#clock.now()
    const isDue = status === 'waiting' && wakeAt !== null && wakeAt <= now
    const isThere = (isDue || status === 'queued') && this.#isClaimable(stored, now)
    return isThere ? this.#claim(stored) : null
  }

  async claimAbandoned(limit: number): Promise<ClaimedExecution[]> {
    const now = this.#clock.now()
    return [...this.executions.values()]
      .filter(
        ({ status, leaseUntil, wakeAt }) =>
          status === 'queued' ||
          (status === 'running' && (leaseUntil ?? 0) <= now) ||
          // Whatever should have woken it got lost.
          (status === 'waiting' && wakeAt !== null && wakeAt + 2 * this.#leaseMs < now),
      )
      .filter((stored) => this.#isClaimable(stored, now))
      .slice(0, limit)
      .map((stored) => this.#claim(stored))
  }

  #isClaimable(stored: StoredExecution, now: number): boolean {
    return isAwake(stored, now) && !this.holds(stored)
  }

  async renew(leases: Lease[]): Promise<Renewed> {
    const lost: ExecutionId[] = []
    const cancelRequested: ExecutionId[] = []
    const pauseRequested: ExecutionId[] = []
    for (const lease of leases) {
      const stored = this.executions.get(lease.execution)
      if (stored?.status !== 'running' || stored.leaseNumber !== lease.number) {
        lost.push(lease.execution)
        continue
      }
      stored.leaseUntil = this.#clock.now() + this.#leaseMs
      if (stored.cancelRequested) cancelRequested.push(lease.execution)
      if (stored.resting !== null) pauseRequested.push(lease.execution)
    }
    return { lost, cancelRequested, pauseRequested }
  }

  /** What a person's "Cancel" does: one that waits stops here and now, one that runs is told at its next write. */
  requestCancel(execution: ExecutionId): void {
    const stored = this.executions.get(execution)
    if (stored === undefined || isOver(stored.status)) return
    stored.cancelRequested = true
    stored.resting = null
    if (stored.status === 'running') return
    stored.status = 'cancelled'
    stored.leaseNumber += 1
    this.#close(stored, stored.waits)
    for (const step of stored.steps.values()) {
      if (step.status === 'waiting' || step.status === 'running') step.status = 'cancelled'
    }
    this.#tellParent(stored, { status: 'cancelled' })
  }

  /** Waits that nobody has any more. A call that is deserted so is stopped. */
  #close(stored: StoredExecution, waits: readonly StoredWait[]): void {
    stored.waits = stored.waits.filter((wait) => !waits.includes(wait))
    for (const { kind, key, delivery } of waits) {
      // The key of such a wait is the execution's id.
      if (kind === 'execution' && delivery === null) this.requestCancel(key as ExecutionId)
    }
  }

  /** What "Retry from the failed step" does: the open and failed attempts are set aside, and it queues again. */
  requestRetry(execution: ExecutionId): void {
    const stored = this.executions.get(execution)
    if (stored === undefined || !isOver(stored.status) || stored.status === 'succeeded') return
    queueAgain(stored, this.#clock.now())
  }

  /** What "Pause" does: one that runs is told at its next write, and what rests isn't taken up by anybody. */
  requestPause(execution: ExecutionId): void {
    const stored = this.executions.get(execution)
    if (stored === undefined || isOver(stored.status) || stored.resting !== null) return
    const { definition } = this.#versions.get(stored.made.version) ?? {}
    const timeout = definition?.settings.timeoutSeconds
    const until =
      timeout === undefined
        ? null
        : Date.parse(stored.retriedAt ?? stored.createdAt) + timeout * 1000
    stored.resting = { until }
  }

  /** What "Resume" does: at once, or when what it waits for comes. What came meanwhile has been kept. */
  requestResume(execution: ExecutionId): void {
    const stored = this.executions.get(execution)
    if (stored !== undefined) stored.resting = null
  }

  /** Makes an execution durable that waits for whoever takes it up; a replay, with the steps that it takes over. False when it's there already. */
  async enqueue(made: NewExecution, kept: readonly StepRecord[] = []): Promise<boolean> {
    const [added] = this.#start([made])
    const stored = added === undefined ? undefined : this.executions.get(added)
    if (stored === undefined) return false
    for (const [index, step] of kept.entries()) keepStep(stored, { ...step, seq: index + 1 }, true)
    return true
  }

  #claim(stored: StoredExecution): ClaimedExecution {
    stored.status = 'running'
    stored.leaseNumber += 1
    stored.leaseUntil = this.#clock.now() + this.#leaseMs
    stored.wakeAt = null
    stored.delivered = false
    return claimedOf(stored)
  }

  #held(lease: Lease): StoredExecution {
    const stored = this.executions.get(lease.execution)
    if (stored?.status !== 'running' || stored.leaseNumber !== lease.number)
      throw new LeaseLost(lease.execution)
    return stored
  }

  #add(made: NewExecution, status: 'running' | 'queued', leaseUntil: number | null): void {
    this.executions.set(made.id, newlyStored(made, status, leaseUntil, this.#clock.now()))
  }

  #write(stored: StoredExecution, write: Checkpoint): Written {
    for (const step of write.steps) keepStep(stored, step)
    stored.status = write.status
    stored.error = write.error ?? null
    stored.wakeAt = write.wakeAt ?? null
    if (write.status !== 'running') stored.leaseUntil = null
    this.#changeWaits(stored, write.waits)
    // Who was asked to stop, or has received something, and is about to fall asleep is woken at once instead.
    if (write.status === 'waiting' && (stored.cancelRequested || stored.delivered)) {
      stored.wakeAt = this.#clock.now()
    }
    const ready = this.#start(write.starts ?? [])
    if (isOver(write.status)) ready.push(...this.#tellParent(stored, write))
    return {
      cancelRequested: stored.cancelRequested,
      ...(stored.resting === null ? {} : { pauseRequested: true }),
      ...(ready.length > 0 ? { ready } : {}),
    }
  }

  #changeWaits(stored: StoredExecution, changes: Checkpoint['waits']): void {
    if (isOver(stored.status)) this.#close(stored, stored.waits)
    if (changes === undefined) return
    for (const { node, path, kind, key } of changes.closed) {
      const closed = stored.waits.filter(
        (wait) =>
          wait.node === node &&
          wait.path === path &&
          (kind === undefined || (wait.kind === kind && wait.key === key)),
      )
      this.#close(stored, closed)
    }
    for (const wait of changes.open) {
      const isThere = stored.waits.some(
        ({ node, path, kind, key }) =>
          node === wait.node && path === wait.path && kind === wait.kind && key === wait.key,
      )
      if (!isThere && !isOver(stored.status)) {
        stored.waits.push({ ...structuredClone(wait), delivery: null })
      }
    }
  }

  #start(starts: readonly NewExecution[]): ExecutionId[] {
    const added = starts.filter(({ id }) => !this.executions.has(id))
    for (const made of added) this.#add(made, 'queued', null)
    return added.map(({ id }) => id)
  }

  /** The end of an execution that somebody waits for. */
  #tellParent(
    { made }: StoredExecution,
    write: Pick<Checkpoint, 'status' | 'output' | 'error'>,
  ): ExecutionId[] {
    if (made.parent === undefined) return []
    const { execution } = made.parent
    const end = { status: write.status, output: write.output ?? null, error: write.error ?? null }
    const told = this.deliver(execution, 'execution', made.id, structuredClone(end) as Data) // errors are data
    return told && this.executions.get(execution)?.status === 'waiting' ? [execution] : []
  }
}
