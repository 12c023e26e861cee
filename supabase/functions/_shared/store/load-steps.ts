import type { Data } from '../../../../src/lib/engine/data.ts'
import {
  ExecutionId,
  NodeId,
  VersionId,
  WorkflowId,
  WorkspaceId,
} from '../../../../src/lib/engine/ids.ts'
import type {
  ClaimedExecution,
  ErrorData,
  StepRecord,
  StepStatus,
} from '../../../../src/lib/engine/store.ts'
import type { Connection } from '../database/connection.ts'
import type { ClaimedRow } from './claim.ts'
import { span } from './id-span.ts'
import { LargeValues } from './payloads.ts'
import { deliveriesOf } from './waits.ts'

interface StepRow {
  execution_id: string
  node_id: string
  path: string
  attempt: number
  seq: number
  status: StepStatus
  port: string | null
  input: Data
  output: Data
  error: ErrorData | null
  progress: Data
  logs: StepRecord['logs'] | null
  superseded: boolean
  started_at: Date
  finished_at: Date | null
}

// The steps of executions that were just claimed. A statement of its own, after the claim was committed: within the
// claiming statement the steps would be as old as its snapshot, and the last checkpoint of a process that was thought
// dead could be missing. Once the lease number has moved on, nothing can be added.
const LOAD_STEPS = `select * from private.steps_of($1::uuid[], $2::uuid, $3::uuid)`

const record = (row: StepRow): StepRecord => ({
  node: row.node_id as NodeId, // written by us from a checked definition
  path: row.path,
  attempt: row.attempt,
  seq: row.seq,
  status: row.status,
  port: row.port,
  input: row.input,
  output: row.output,
  error: row.error,
  progress: row.progress,
  logs: row.logs ?? [],
  startedAt: row.started_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
})

/** Claimed executions with all that was written of them so far. */
export async function withSteps(
  connection: Connection,
  claimed: ClaimedRow[],
): Promise<ClaimedExecution[]> {
  if (claimed.length === 0) return []
  const executions = new Map<string, ClaimedExecution>()
  for (const row of claimed) {
    executions.set(row.id, {
      // Ids that come out of our own tables are what they say.
      lease: { execution: row.id as ExecutionId, number: row.lease_number },
      workspace: row.workspace_id as WorkspaceId,
      workflow: row.workflow_id as WorkflowId,
      version: row.version_id as VersionId,
      triggerNode: row.trigger_node as NodeId,
      triggerData: row.trigger_data as Data,
      mode: row.mode,
      createdAt: row.created_at.toISOString(),
      retriedAt: row.retried_at?.toISOString() ?? null,
      cancelRequested: row.cancel_requested,
      steps: [],
      attemptsBefore: {},
      lastSeq: 0,
      deliveries: [],
      depth: row.depth,
      isAwaited: row.is_awaited,
    })
  }
  // The engine never sees what stands for a large value.
  const large = new LargeValues()
  for (const execution of executions.values())
    large.note(execution.lease.execution, execution, 'triggerData')
  const ids = [...executions.keys()]
  for (const [id, delivery] of await deliveriesOf(connection, ids)) {
    executions.get(id)?.deliveries.push(delivery)
  }
  const rows = await connection.query<StepRow>(LOAD_STEPS, [ids, ...span(ids)])
  for (const row of rows) {
    const execution = executions.get(row.execution_id)
    if (execution === undefined) continue
    execution.lastSeq = Math.max(execution.lastSeq, row.seq)
    if (!row.superseded) {
      const step = record(row)
      large.note(row.execution_id, step, 'input')
      large.note(row.execution_id, step, 'output')
      execution.steps.push(step)
      continue
    }
    const key = `${row.node_id}@${row.path}`
    const before = execution.attemptsBefore
    before[key] = Math.max(before[key] ?? 0, row.attempt)
  }
  await large.load(connection)
  return [...executions.values()]
}
