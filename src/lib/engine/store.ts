import type { Data } from './data.ts'
import type { WorkflowDefinition } from './definition/schema.ts'
import type { ExecutionId, NodeId, VersionId, WorkflowId, WorkspaceId } from './ids.ts'
import type { TransactionServices } from './services.ts'

/** A step's status as people see it. `running` is also what an interrupted attempt leaves behind. */
export type StepStatus = 'running' | 'waiting' | 'succeeded' | 'failed' | 'skipped' | 'cancelled'

export type ExecutionStatus =
  'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled' | 'timed_out'

/** A problem as it is stored and shown. Codes are stable; sentences may improve. */
export interface ErrorData {
  code: string
  title: string
  detail: string
  hint?: string
  node?: NodeId
  field?: string
  retryable: boolean
}

/**
 * One attempt of one step. Identified within the execution by (node, path, attempt); writing it again replaces it,
 * so `running` becomes `succeeded` in place. The run's state is the fold of these records in order of `seq`.
 */
export interface StepRecord {
  node: NodeId
  /** Where in the loops: '' outside, else e.g. `for_each_1:17` or `outer:2/inner:0` (node keys and item indexes). */
  path: string
  attempt: number
  /** Position in the execution's history, from 1, given once when the attempt starts. */
  seq: number
  status: StepStatus
  /** The output port that was taken; null while open or when none was. */
  port: string | null
  /** The config after templates, secrets redacted. */
  input: Data
  output: Data
  error: ErrorData | null
  /** What a suspended step waits for; what a loop has done so far. Engine's own, opaque to stores. */
  progress: Data
  logs: { at: string; level: 'info' | 'warning'; message: string }[]
  /** ISO 8601. */
  startedAt: string
  finishedAt: string | null
}

/** What a sleeping step can be woken by, besides time. */
export type WaitKind = 'approval' | 'callback' | 'reply' | 'record' | 'execution' | 'verdict'

/** Something in the outside that a step waits for. It's delivered once at most: the first delivery wins. */
export interface WaitRequest {
  kind: WaitKind
  /** What a delivery names: a record's id, a child execution's, an address. With the kind unique within the step. */
  key: string
  /** For whoever matches or shows it, e.g. which change of the record is meant. */
  data: Data
}

/** What the outside had to say to a waiting step. */
export interface Delivery {
  kind: WaitKind
  key: string
  data: Data
  /** ISO 8601. */
  at: string
}

/** Where in an execution a step is. */
export interface StepPlace {
  node: NodeId
  path: string
}

/** Waits that a write opens and closes; closing comes first. One that is open already stays as it is. */
export interface WaitChanges {
  open: (WaitRequest & StepPlace)[]
  /** Without kind and key: all of the step's. */
  closed: (StepPlace & Partial<Pick<WaitRequest, 'kind' | 'key'>>)[]
}

/** An execution about to be made durable. The id is a uuid v7 and may be deterministic (schedules), which makes intake idempotent. */
export interface NewExecution {
  id: ExecutionId
  workspace: WorkspaceId
  workflow: WorkflowId
  version: VersionId
  /** The trigger node it starts at. */
  triggerNode: NodeId
  triggerKind: string
  triggerData: Data
  mode: 'live' | 'test'
  /** The execution that this one repeats. */
  replayOf?: ExecutionId
  /** The person who started it by hand. */
  startedBy?: string
  /** Refuse unless the workflow's live version is still this one (webhooks, schedules); hand-started runs don't care. */
  onlyIfLive: boolean
  /** The step that called it and waits for its end. */
  parent?: StepPlace & { execution: ExecutionId }
  /** The execution that started it and goes on without waiting. */
  caller?: ExecutionId
  /** How many executions led to it: 0 or absent when it came from a trigger in the outside. */
  depth?: number
}

/**
 * What became of an execution that was offered. `queued`: it's durable and waits for its turn under its workflow's limits.
 * `skipped`: it's there for people to see, and won't run.
 */
export type AcceptResult = 'accepted' | 'duplicate' | 'not_live' | 'queued' | 'skipped'

/** The right to write to an execution. Every write names the number; one taken over since is refused. */
export interface Lease {
  execution: ExecutionId
  number: number
}

/** What is known of an execution whose lease was just taken. */
export interface ClaimedExecution {
  lease: Lease
  workspace: WorkspaceId
  workflow: WorkflowId
  version: VersionId
  triggerNode: NodeId
  triggerData: Data
  mode: 'live' | 'test'
  createdAt: string
  /** When a person last had it go on after it was over: its time counts from there. */
  retriedAt: string | null
  cancelRequested: boolean
  /** Steps written so far, in order of seq; empty for a new one. Superseded attempts (before a retry) are left out, but counted in `attemptsBefore`. */
  steps: StepRecord[]
  /** `${node}@${path}` -> attempts already used up by superseded records. */
  attemptsBefore: Record<string, number>
  /** The last number in its history, set-aside records included; 0 for a new one. */
  lastSeq: number
  /** What has arrived for its waiting steps. */
  deliveries: (Delivery & StepPlace)[]
  /** How many executions led to it. */
  depth: number
  /** A step of another execution waits for its end. */
  isAwaited: boolean
}

/** A write that moves an execution forward; all of it commits or none. */
export interface Checkpoint {
  steps: StepRecord[]
  /** New status of the execution. `running` keeps the lease; all others give it up. */
  status: Exclude<ExecutionStatus, 'queued'>
  /** With `waiting`: when to look again (ms since 1970); null = only when something from outside arrives. */
  wakeAt?: number | null
  /** Why it failed; with `waiting`: what somebody has to say before it goes on. */
  error?: ErrorData | null
  /** With the end of an execution that is awaited: what it hands back. */
  output?: Data
  waits?: WaitChanges
  /** Executions that begin with this write, queued. One whose id is there already is left alone. */
  starts?: NewExecution[]
}

/** What a write that was committed tells its writer. */
export interface Written {
  /** Somebody has asked to cancel. */
  cancelRequested: boolean
  /** Somebody wants it to rest until they say otherwise. */
  pauseRequested?: boolean
  /** Executions that can go on because of this write: what it started, and a parent that waited for it. */
  ready?: ExecutionId[]
}

/** Where a workflow's live version starts, for those who start it from within. */
export interface LiveTrigger {
  version: VersionId
  node: NodeId
}

/** A workflow's published (or test) version with the names that templates can show. Immutable: cache freely. */
export interface VersionRecord {
  id: VersionId
  workspace: { id: WorkspaceId; name: string; timeZone: string }
  workflow: { id: WorkflowId; name: string }
  definition: WorkflowDefinition
}

/** What became of leases that were renewed. */
export interface Renewed {
  lost: ExecutionId[]
  cancelRequested: ExecutionId[]
  /** Those that somebody wants to rest. */
  pauseRequested?: ExecutionId[]
}

/**
 * What an execution that is run while it's being accepted has to write by now. A store that has not sent its accept yet
 * may take it along in the same commit; what it leaves comes by `checkpoint` as soon as the execution is accepted.
 */
export interface FirstWrite {
  /** Asked once, just before the accept is sent; null when there is nothing yet. What is taken counts as written when the execution is accepted. */
  take(): Checkpoint | null
  /** What was taken can't go along after all. */
  giveBack(): void
}

/**
 * The port to durable state. Implementations share commits between concurrent callers (group commit),
 * and fence: a write with a lease number that is no longer the execution's throws LeaseLost and changes nothing.
 */
export interface ExecutionStore {
  /** Resolves only when the execution is committed. When accepted, the caller holds lease number 1. */
  accept(execution: NewExecution, first?: FirstWrite): Promise<AcceptResult>
  version(id: VersionId): Promise<VersionRecord>
  /** The live version of one of the workspace's workflows and its trigger of that kind; null when there is none. */
  liveTrigger(
    workspace: WorkspaceId,
    workflow: WorkflowId,
    kind: string,
  ): Promise<LiveTrigger | null>
  /** Throws LeaseLost. */
  checkpoint(lease: Lease, write: Checkpoint): Promise<Written>
  /**
   * Runs `work` in one database transaction under the workspace's row-level security, then writes the checkpoint it
   * returns in the same transaction. A throw from `work` rolls everything back and is rethrown. Throws LeaseLost.
   */
  transact(
    lease: Lease,
    workspace: WorkspaceId,
    work: (services: TransactionServices) => Promise<Checkpoint>,
  ): Promise<Written>
  /** Takes the lease of one execution that waits (and is due or was woken) or is queued; null when there's nothing to take. */
  claim(execution: ExecutionId): Promise<ClaimedExecution | null>
  /** Takes over executions whose lease ran out, and queued ones; at most `limit`. */
  claimAbandoned(limit: number): Promise<ClaimedExecution[]>
  /** Keeps leases alive; answers with those that are lost and those that should stop or rest. */
  renew(leases: Lease[]): Promise<Renewed>
}
