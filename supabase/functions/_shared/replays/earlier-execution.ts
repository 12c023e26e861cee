import type {
  ExecutionId,
  NodeId,
  VersionId,
  WorkflowId,
  WorkspaceId,
} from '../../../../src/lib/engine/ids.ts'
import type { ExecutionStatus, StepStatus } from '../../../../src/lib/engine/store.ts'
import type { Queries } from '../database/pool.ts'
import type { StepTrace } from '../engine.ts'

/** An execution that somebody wants to replay. */
export interface EarlierExecution {
  id: ExecutionId
  workspace_id: WorkspaceId
  workflow_id: WorkflowId
  version_id: VersionId
  trigger_node: NodeId
  trigger_kind: string
  mode: 'live' | 'test'
  status: ExecutionStatus
  /** Null when nothing was ever published. */
  latest_version_id: VersionId | null
  /** Replays of it that are under way or have succeeded. */
  replays: ExecutionId[]
}

const EARLIER = `
select e.id, e.workspace_id, e.workflow_id, e.version_id, e.trigger_node, e.trigger_kind, e.mode, e.status, w.latest_version_id,
       array(
         select r.id
         from public.executions r
         where r.replay_of = e.id and r.status in ('queued', 'running', 'waiting', 'succeeded')
       ) as replays
from public.executions e
join public.workflows w on w.id = e.workflow_id
where e.id = $1
  and w.deleted_at is null`

/** Looks it up; undefined when it's gone, or its workflow is in the bin. */
export async function earlierExecution(
  queries: Queries,
  id: string,
): Promise<EarlierExecution | undefined> {
  return (await queries.query<EarlierExecution>(EARLIER, [id]))[0]
}

interface TraceRow {
  node: NodeId
  path: string
  attempt: number
  seq: number
  status: StepStatus
  port: string | null
  error_code: string | null
}

// Loops can have a hundred thousand steps; of those in loops, only nodes that matter to this replay are read.
const TRACES = `
select node_id as node, path, attempt, seq, status, port, error ->> 'code' as error_code
from public.execution_steps
where execution_id = $1
  and not superseded
  and status <> 'skipped'
  and (path = '' or $2::text[] is null or node_id = any ($2::text[]))
order by seq`

/** What its steps came to. `inLoops`: the nodes that are wanted of those in loops; null: all. */
export async function tracesOf(
  queries: Queries,
  id: string,
  inLoops: readonly NodeId[] | null,
): Promise<StepTrace[]> {
  const rows = await queries.query<TraceRow>(TRACES, [id, inLoops])
  return rows.map(({ error_code: errorCode, ...trace }) => ({ ...trace, errorCode }))
}
