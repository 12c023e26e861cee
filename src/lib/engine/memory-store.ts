import { copied } from './copied.ts'
import type { Data } from './data.ts'
import { LeaseLost, StepFailure } from './errors.ts'
import type { ExecutionId, VersionId, WorkflowId, WorkspaceId } from './ids.ts'
import { MemoryRecords } from './memory-records.ts'
import { chunkResults, isChunk } from './run/chunks.ts'
import type { Clock, TransactionServices } from './services.ts'
import type {
  AcceptResult,
  Checkpoint,
  ClaimedExecution,
  Delivery,
  ErrorData,
  ExecutionStatus,
  ExecutionStore,
  Lease,
  LiveTrigger,
  NewExecution,
  StepPlace,
  StepRecord,
  VersionRecord,
  WaitKind,
  WaitRequest,
  Written,
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
  /** Something arrived for a step of it, and nobody has looked since. */
  delivered: boolean
  waits: StoredWait[]
  /** By node, path and attempt. */
  steps: Map<string, StepRecord & { superseded: boolean }>
}

/** A wait that is open, with what has arrived for it. */
export interface StoredWait extends WaitRequest, StepPlace {
  delivery: Delivery | null
}

export interface MemoryStoreOptions {
  clock: Pick<Clock, 'now'>
  /** How long a lease lasts without being renewed. */
  leaseMs?: number
}

const stepKey = (step: Pick<StepRecord, 'node' | 'path' | 'attempt'>): string =>
  `${step.node}@${step.path}#${step.attempt}`

/** Field by field: a loop over the fields of so many steps costs more than running them. */
const stepCopied = <Step extends StepRecord>(step: Step): Step => ({
  ...step,
  input: copied(step.input),
  output: copied(step.output),
  error: copied(step.error),
  progress: copied(step.progress),
  logs: copied(step.logs),
})

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
    const isDue = status === 'waiting' && wakeAt !== null && wakeAt <= this.#clock.now()
    return isDue || status === 'queued' ? this.#claim(stored) : null
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
      // Items that failed are tried again, also those of a part of a long list that was over.
      if (isChunk(step) && chunkResults(step).failed.length > 0) step.superseded = true
    }
  }

  #claim(stored: StoredExecution): ClaimedExecution {
    stored.status = 'running'
    stored.leaseNumber += 1
    stored.leaseUntil = this.#clock.now() + this.#leaseMs
    stored.wakeAt = null
    stored.delivered = false
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
      triggerData: copied(made.triggerData),
      mode: made.mode,
      createdAt: stored.createdAt,
      cancelRequested: stored.cancelRequested,
      steps: this.steps(made.id).map(stepCopied),
      attemptsBefore,
      deliveries: stored.waits.flatMap(({ node, path, delivery }) =>
        delivery === null ? [] : [{ node, path, ...structuredClone(delivery) }],
      ),
      depth: made.depth ?? 0,
      isAwaited: made.parent !== undefined,
    }
  }

  #held(lease: Lease): StoredExecution {
    const stored = this.executions.get(lease.execution)
    if (stored?.status !== 'running' || stored.leaseNumber !== lease.number)
      throw new LeaseLost(lease.execution)
    return stored
  }

  #add(made: NewExecution, status: 'running' | 'queued', leaseUntil: number | null): void {
    this.executions.set(made.id, {
      made: copied(made),
      createdAt: new Date(this.#clock.now()).toISOString(),
      ...{ status, leaseUntil },
      leaseNumber: status === 'running' ? 1 : 0,
      wakeAt: null,
      cancelRequested: false,
      error: null,
      delivered: false,
      waits: [],
      steps: new Map(),
    })
  }

  #write(stored: StoredExecution, write: Checkpoint): Written {
    for (const step of write.steps) {
      stored.steps.set(stepKey(step), { ...stepCopied(step), superseded: false })
    }
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
    return { cancelRequested: stored.cancelRequested, ...(ready.length > 0 ? { ready } : {}) }
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
