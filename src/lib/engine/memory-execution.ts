import { copied } from './copied.ts'
import { chunkResults, isChunk } from './run/chunks.ts'
import type {
  ClaimedExecution,
  Delivery,
  ErrorData,
  ExecutionStatus,
  NewExecution,
  StepPlace,
  StepRecord,
  WaitRequest,
} from './store.ts'

/** An execution as the memory store holds it; read it in tests and previews, never write it. */
export interface StoredExecution {
  readonly made: NewExecution
  readonly createdAt: string
  retriedAt: string | null
  status: ExecutionStatus
  leaseNumber: number
  /** Milliseconds since 1970; null while nobody holds it. */
  leaseUntil: number | null
  wakeAt: number | null
  cancelRequested: boolean
  /** Resting until somebody says otherwise, or until its time runs out; null: not resting. */
  resting: { until: number | null } | null
  error: ErrorData | null
  /** Something arrived for a step of it, and nobody has looked since. */
  delivered: boolean
  waits: StoredWait[]
  /** By node, path and attempt. */
  steps: Map<string, StoredStep>
}

/** A wait that is open, with what has arrived for it. */
export interface StoredWait extends WaitRequest, StepPlace {
  delivery: Delivery | null
}

/** A step's attempt. */
export interface StoredStep extends StepRecord {
  /** Set aside by a retry. */
  superseded: boolean
  /** Taken over from the execution that this one repeats: it wasn't done again. */
  reused: boolean
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

/** Whether nothing will happen any more, unless a person wants it. */
export const isOver = (status: ExecutionStatus): boolean =>
  status === 'succeeded' || status === 'failed' || status === 'cancelled' || status === 'timed_out'

/** An execution that has just been made durable. */
export const newlyStored = (
  made: NewExecution,
  status: 'running' | 'queued',
  leaseUntil: number | null,
  now: number,
): StoredExecution => ({
  made: copied(made),
  createdAt: new Date(now).toISOString(),
  retriedAt: null,
  ...{ status, leaseUntil },
  leaseNumber: status === 'running' ? 1 : 0,
  wakeAt: null,
  cancelRequested: false,
  resting: null,
  error: null,
  delivered: false,
  waits: [],
  steps: new Map(),
})

/** Keeps a step as it stands now. */
export function keepStep(stored: StoredExecution, step: StepRecord, reused = false): void {
  stored.steps.set(stepKey(step), { ...stepCopied(step), superseded: false, reused })
}

/** The steps that count, in order of `seq`. */
export const stepsThatCount = (stored: StoredExecution): StepRecord[] =>
  [...stored.steps.values()].filter((step) => !step.superseded).sort((a, b) => a.seq - b.seq)

/** Nobody wants it to rest; or they did, and its time has run out meanwhile. */
export const isAwake = ({ resting }: StoredExecution, now: number): boolean =>
  resting === null || (resting.until !== null && resting.until <= now)

/** A retry: it's queued once more, and what it does again is set aside. */
export function queueAgain(stored: StoredExecution, now: number): void {
  Object.assign(stored, {
    retriedAt: new Date(now).toISOString(),
    ...{ status: 'queued', leaseUntil: null, wakeAt: null },
    ...{ cancelRequested: false, resting: null, error: null },
  } satisfies Partial<StoredExecution>)
  stored.leaseNumber += 1
  setAside(stored)
}

/** Sets aside open and failed attempts, but for failures that the workflow has dealt with. */
function setAside(stored: StoredExecution): void {
  for (const step of stored.steps.values()) {
    const dealtWith = step.status === 'failed' && step.port !== null
    if (step.status !== 'succeeded' && step.status !== 'skipped' && !dealtWith)
      step.superseded = true
    // Items that failed are tried again, also those of a part of a long list that was over.
    if (isChunk(step) && chunkResults(step).failed.length > 0) step.superseded = true
  }
}

/** What whoever has taken the lease gets to know. */
export function claimedOf(stored: StoredExecution): ClaimedExecution {
  const { made } = stored
  const attemptsBefore: Record<string, number> = {}
  let lastSeq = 0
  for (const step of stored.steps.values()) {
    lastSeq = Math.max(lastSeq, step.seq)
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
    retriedAt: stored.retriedAt,
    cancelRequested: stored.cancelRequested,
    steps: stepsThatCount(stored).map(stepCopied),
    attemptsBefore,
    lastSeq,
    deliveries: stored.waits.flatMap(({ node, path, delivery }) =>
      delivery === null ? [] : [{ node, path, ...structuredClone(delivery) }],
    ),
    depth: made.depth ?? 0,
    isAwaited: made.parent !== undefined,
  }
}
