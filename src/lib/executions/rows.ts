import { payloadKey } from './payloads.ts'

/** Data as the database keeps it. */
export type Data = string | number | boolean | null | Data[] | { [key: string]: Data }

export type ExecutionStatus =
  'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled' | 'timed_out'

export type StepStatus = 'running' | 'waiting' | 'succeeded' | 'failed' | 'skipped' | 'cancelled'

/** A problem as an execution or step keeps it. */
export interface StoredProblem {
  code: string
  title: string
  detail: string
  hint?: string
  node?: string
  field?: string
  retryable: boolean
}

/** An execution as lists show it and as it's told live: without what started it. */
export interface Execution {
  id: string
  workspace_id: string
  workflow_id: string
  version_id: string
  trigger_node: string
  trigger_kind: string
  mode: 'live' | 'test'
  status: ExecutionStatus
  wake_at: string | null
  cancel_requested_at: string | null
  /** A person lets it rest since then. */
  paused_at: string | null
  error: StoredProblem | null
  replay_of: string | null
  started_by: string | null
  created_at: string
  finished_at: string | null
}

/** One attempt of one step. Its identity within the execution is node, path and attempt: see `stepKey`. */
export interface Step {
  execution_id: string
  workspace_id: string
  node_id: string
  path: string
  attempt: number
  seq: number
  status: StepStatus
  port: string | null
  input: Data
  output: Data
  error: StoredProblem | null
  logs: { at: string; level: 'info' | 'warning'; message: string }[] | null
  superseded: boolean
  /** Taken over from the execution that this one replays; it didn't happen again. */
  reused: boolean
  started_at: string
  finished_at: string | null
}

/** The columns of Execution. */
export const executionColumns =
  'id, workspace_id, workflow_id, version_id, trigger_node, trigger_kind, mode, status, wake_at, cancel_requested_at, paused_at, error, replay_of, started_by, created_at, finished_at'

const lightStepColumns =
  'execution_id, workspace_id, node_id, path, attempt, seq, status, port, error, superseded, reused, started_at, finished_at'

/** The columns of Step, with and without what can be large. */
export const stepColumns = {
  light: lightStepColumns,
  whole: `${lightStepColumns}, input, output, logs`,
}

/** Identifies a step within its execution. */
export function stepKey(step: Pick<Step, 'node_id' | 'path' | 'attempt'>): string {
  return `${step.node_id}@${step.path}#${step.attempt}`
}

/** Whether a row says what came of a part of a long list, and isn't a step that was taken: the engine's mark for those. */
export const isChunk = ({ path }: Pick<Step, 'path'>): boolean => path.includes('#')

/** Stands for a value that was too large to be told live, or wasn't fetched yet; `LiveExecution.load` brings it. */
export const leftOut: Data = { 'weft:left_out': true }

/** Whether a value is still to be fetched: left out of what was told or asked for, or stored beside its row. */
export function isLeftOut(value: Data): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return value['weft:left_out'] === true || payloadKey(value) !== null
}

/** Whether nothing more happens to it by itself. */
export function isFinished(status: ExecutionStatus): boolean {
  return !['queued', 'running', 'waiting'].includes(status)
}

/** A told execution over a known one. One that succeeded never goes back: what says so was late. */
export function mergedExecution(known: Execution, told: Execution): Execution {
  return known.status === 'succeeded' && told.status !== 'succeeded' ? known : told
}

/** A newer step over a known one: a finished attempt stays finished, and values once fetched aren't lost again. */
export function mergedStep(known: Step, newer: Step): Step {
  if (known.finished_at !== null && newer.finished_at === null) return known
  const same = known.finished_at === newer.finished_at
  return {
    ...newer,
    input: isLeftOut(newer.input) && same ? known.input : newer.input,
    output: isLeftOut(newer.output) && same ? known.output : newer.output,
    logs: newer.logs ?? (same ? known.logs : null),
    superseded: known.superseded || newer.superseded,
  }
}
