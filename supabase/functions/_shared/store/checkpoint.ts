import type { Checkpoint, Lease, StepRecord } from '../../../../src/lib/engine/store.ts'
import type { Queries } from '../database/pool.ts'
import type { Outcome } from './batcher.ts'
import { storedText } from './stored-text.ts'

/** A checkpoint on its way into the database: its parts of the statement's parameters, still without `n`. */
export interface Writing {
  id: string
  execution: string
  /** Steps that were never written before, and those that may have been (an attempt that was open, a repeated write). */
  fresh: string[]
  again: string[]
  bytes: number
}

/** What a written checkpoint tells its writer. `null`: the lease is lost, nothing was written. */
export type Written = { cancelRequested: boolean } | null

/** By hand, and without what is empty: Postgres reads every key of every step, and there are thousands a second. */
function stepText(step: StepRecord): string {
  let text =
    `"node":"${step.node}","attempt":${step.attempt},"seq":${step.seq},"status":"${step.status}",` +
    `"started":"${step.startedAt}","input":${storedText(step.input)},"output":${storedText(step.output)}`
  if (step.path !== '') text += `,"path":${JSON.stringify(step.path)}`
  if (step.port !== null) text += `,"port":${JSON.stringify(step.port)}`
  if (step.finishedAt !== null) text += `,"finished":"${step.finishedAt}"`
  if (step.progress !== null) text += `,"progress":${storedText(step.progress)}`
  if (step.error !== null) text += `,"error":${storedText(step.error)}`
  if (step.logs.length > 0) text += `,"logs":${storedText(step.logs)}`
  return `${text}}`
}

/** Throws NotStorable before the checkpoint takes part in a batch. `isFresh` says which steps can't be there yet. */
export function writing(
  lease: Lease,
  write: Checkpoint,
  isFresh: (step: StepRecord) => boolean,
): Writing {
  const execution = storedText({
    id: lease.execution,
    lease: lease.number,
    status: write.status,
    wake_at: write.wakeAt == null ? null : new Date(write.wakeAt).toISOString(),
    error: write.error ?? null,
  }).slice(1)
  const fresh: string[] = []
  const again: string[] = []
  let bytes = execution.length
  for (const step of write.steps) {
    const text = stepText(step)
    bytes += text.length
    if (isFresh(step)) fresh.push(text)
    else again.push(text)
  }
  return { id: lease.execution, execution, fresh, again, bytes }
}

const STEP_ROWS = (parameter: string): string => `
  select h.id, h.workspace_id, s.node, coalesce(s.path, ''), s.attempt, s.seq, s.status, s.port,
         s.input, s.output, s.error, s.progress, s.logs, s.started, s.finished
  from json_to_recordset(${parameter}::json) as s (
    n integer, node text, path text, attempt integer, seq integer, status public.step_status, port text,
    input jsonb, output jsonb, error jsonb, progress jsonb, logs jsonb, started timestamptz, finished timestamptz
  )
  join held h on h.n = s.n`

const STEP_COLUMNS = `
  execution_id, workspace_id, node_id, path, attempt, seq, status, port,
  input, output, error, progress, logs, started_at, finished_at`

// Moves a batch of executions forward: their new status, their steps and their wake-ups, in one commit.
//
// The fence is the update's own condition: who lost the lease isn't among `held`, and nothing of theirs is written.
// (An update waits for the row's lock and looks at the newest row, so there's no moment between asking and writing.)
//
// $1, the ids, stands beside the join for the planner: it picks the one partition and the primary key. Without it the
// plan covered all partitions (15 ms of planning) and read every open execution.
//
// New steps are inserted without "on conflict": looking first costs 5 µs a step, half of the insert (measured on 240).
// A running execution keeps lease_until as it is, so that its update touches no index.
// Who was asked to stop and is about to fall asleep is woken at once instead, to hear of it.
const CHECKPOINT = `
with offered as (
  select *
  from json_to_recordset($2::json) as o (
    n integer, id uuid, lease integer, status public.execution_status, wake_at timestamptz, error jsonb
  )
), held as (
  update public.executions e
  set status = o.status,
      lease_until = case when o.status = 'running' then e.lease_until end,
      wake_at = case when o.status = 'waiting' and e.cancel_requested_at is not null then now() else o.wake_at end,
      error = o.error,
      finished_at = case when o.status not in ('running', 'waiting') then now() end
  from offered o
  where e.id = any ($1::uuid[])
    and e.id = o.id
    and e.lease_number = o.lease
    and e.status = 'running'
  returning e.id, e.workspace_id, o.n, e.wake_at, e.cancel_requested_at is not null as cancel_requested
), written as (
  insert into public.execution_steps (${STEP_COLUMNS})${STEP_ROWS('$3')}
), rewritten as (
  insert into public.execution_steps as t (${STEP_COLUMNS})${STEP_ROWS('$4')}
  on conflict (execution_id, node_id, path, attempt) do update
  set seq = excluded.seq, status = excluded.status, port = excluded.port, input = excluded.input,
      output = excluded.output, error = excluded.error, progress = excluded.progress, logs = excluded.logs,
      started_at = excluded.started_at, finished_at = excluded.finished_at
), woken as (
  insert into pgboss.job (
    name, data, priority, start_after, keep_until, created_on, policy,
    retry_limit, retry_delay, retry_backoff, expire_seconds, deletion_seconds
  )
  select q.name, jsonb_build_object('execution', h.id),
         -- The sooner, the higher: pg-boss fetches in this order, so what is due never hides behind what isn't.
         greatest(-2147483647, least(2147483647, 1767225600 - extract(epoch from h.wake_at)))::integer,
         h.wake_at, h.wake_at + q.retention_seconds * interval '1 s', now(), q.policy,
         q.retry_limit, q.retry_delay, q.retry_backoff, q.expire_seconds, q.deletion_seconds
  from held h
  join pgboss.queue q on q.name = 'resume'
  where h.wake_at is not null
)
select n, cancel_requested
from held`

/** Writes one batch; see CHECKPOINT. `repeated`: an earlier try may have been committed without our hearing of it. */
export async function checkpointBatch(
  queries: Queries,
  items: Writing[],
  repeated: boolean,
): Promise<Outcome<Written>[]> {
  const numbered = (texts: (item: Writing) => string[]): string =>
    `[${items.flatMap((item, n) => texts(item).map((text) => `{"n":${n},${text}`)).join(',')}]`
  const rows = await queries.query<{ n: number; cancel_requested: boolean }>(CHECKPOINT, [
    items.map((item) => item.id),
    numbered((item) => [item.execution]),
    numbered((item) => (repeated ? [] : item.fresh)),
    numbered((item) => (repeated ? [...item.fresh, ...item.again] : item.again)),
  ])
  const outcomes: Outcome<Written>[] = items.map(() => ({ ok: null }))
  for (const row of rows) outcomes[row.n] = { ok: { cancelRequested: row.cancel_requested } }
  return outcomes
}
