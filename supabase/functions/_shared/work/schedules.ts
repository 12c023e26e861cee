import { nextTime } from '../../../../src/lib/engine/schedule/next-time.ts'
import { readSchedule } from '../../../../src/lib/engine/nodes/triggers/schedule.ts'
import type { NodeId, VersionId, WorkflowId, WorkspaceId } from '../../../../src/lib/engine/ids.ts'
import type { NewExecution } from '../../../../src/lib/engine/store.ts'
import type { Queries } from '../database/pool.ts'
import { scheduledExecutionId } from '../execution-id.ts'

/** A schedule's next time, as a pg-boss job carries it. */
export interface ScheduleJob {
  trigger: string
  /** ISO 8601. */
  at: string
}

/** A live schedule trigger. */
interface ScheduleRow {
  id: string
  workspace_id: string
  workflow_id: string
  version_id: string
  node_id: string
  config: unknown
  time_zone: string
  next_fire_at: Date | null
}

const COLUMNS = `
select t.id, t.workspace_id, t.workflow_id, t.version_id, t.node_id, t.config, t.next_fire_at, s.time_zone
from public.triggers t
join public.workspaces s on s.id = t.workspace_id
where t.kind = 'trigger.schedule'`

// Published a moment ago (no next time yet), or overdue by more than a minute, so that the job must have got lost.
const UNPLANNED = `${COLUMNS}
  and (t.next_fire_at is null or t.next_fire_at < now() - interval '1 minute')
order by t.next_fire_at nulls first
limit 100`

// A job only counts for the time that its trigger still has: paused, edited or fired meanwhile, it finds nothing.
const FOR_JOB = `${COLUMNS}
  and t.id = $1
  and t.next_fire_at = $2`

// Sets the next time and sends its job, both or neither. Who finds another time than they knew was too late: somebody
// else has planned.
const PLAN = `
with planned as (
  update public.triggers
  set next_fire_at = $3
  where id = $1
    and next_fire_at is not distinct from $2
  returning id, next_fire_at
)
insert into pgboss.job (
  name, data, singleton_key, start_after, keep_until, created_on, policy,
  retry_limit, retry_delay, retry_backoff, expire_seconds, deletion_seconds
)
select q.name, jsonb_build_object('trigger', p.id, 'at', $4::text), p.id || '@' || $4::text,
       p.next_fire_at, p.next_fire_at + q.retention_seconds * interval '1 s', now(), q.policy,
       q.retry_limit, q.retry_delay, q.retry_backoff, q.expire_seconds, q.deletion_seconds
from planned p
join pgboss.queue q on q.name = 'schedule'
where p.next_fire_at is not null
on conflict do nothing`

async function plan(queries: Queries, row: ScheduleRow, next: number | null): Promise<void> {
  const at = next === null ? null : new Date(next).toISOString()
  await queries.query(PLAN, [row.id, row.next_fire_at, at, at])
}

/** Told once, not at every look. */
const unreadable = new Set<string>()

/** When the row's schedule fires next after a moment; null when never, or when it can't be read. */
function nextOf(row: ScheduleRow, after: number): number | null {
  try {
    const { cron, timeZone } = readSchedule(row.config, row.time_zone)
    return nextTime(cron, timeZone, after)
  } catch (problem) {
    // Publishing checks schedules, so this is a defect. It must not keep the others from firing.
    if (!unreadable.has(row.id))
      console.error(`weft: the schedule of trigger ${row.id} cannot be read`, problem)
    unreadable.add(row.id)
    return null
  }
}

/** A year of a schedule that fires every minute is half a million times; looking back further than this jumps. */
const MAX_STEPS_BACK = 2_000

/** The last time at or before `now`, counted on from a planned one. */
function lastDue(row: ScheduleRow, planned: number, now: number): number {
  let last = planned
  for (let step = 0; step < MAX_STEPS_BACK; step++) {
    const next = nextOf(row, last)
    if (next === null || next > now) return last
    last = next
  }
  // Fires that often that the last day holds the last time for sure.
  return lastDue(row, nextOf(row, now - 86_400_000) ?? last, now)
}

/** Starts an execution, and says whether it's ours to run. */
export type Start = (execution: NewExecution) => Promise<void>

/**
 * Fires a schedule and plans its next time.
 *
 * Nobody there when it was due (the system was down)? Then the latest missed time fires, once, as late as it is, and
 * those before it are left out: a report that is late is still wanted, three of them aren't. The execution's trigger
 * says for which time it stands.
 *
 * Accepted first, planned second: dying in between, the job comes again, finds the execution (its id follows from
 * trigger and time) and only plans.
 */
async function fire(
  queries: Queries,
  row: ScheduleRow,
  planned: number,
  now: number,
  start: Start,
): Promise<void> {
  const at = lastDue(row, planned, now)
  if (at !== planned) {
    console.warn(
      `weft: schedule ${row.id} missed times from ${new Date(planned).toISOString()} on; firing the last one`,
    )
  }
  await start({
    id: scheduledExecutionId(row.id, at),
    // Ids that come out of our own tables are what they say.
    workspace: row.workspace_id as WorkspaceId,
    workflow: row.workflow_id as WorkflowId,
    version: row.version_id as VersionId,
    triggerNode: row.node_id as NodeId,
    triggerKind: 'trigger.schedule',
    triggerData: { scheduled_at: new Date(at).toISOString() },
    mode: 'live',
    onlyIfLive: true,
  })
  await plan(queries, row, nextOf(row, Math.max(at, now)))
}

/** Fires the schedule that a job stands for, if it still has that time. */
export async function fireJob(
  queries: Queries,
  job: ScheduleJob,
  now: number,
  start: Start,
): Promise<void> {
  const [row] = await queries.query<ScheduleRow>(FOR_JOB, [job.trigger, job.at])
  if (row !== undefined) await fire(queries, row, Date.parse(job.at), now, start)
}

/** Plans new and changed schedules, and catches up on those whose job got lost. Says how many there were. */
export async function planSchedules(queries: Queries, now: number, start: Start): Promise<number> {
  const rows = await queries.query<ScheduleRow>(UNPLANNED)
  for (const row of rows) {
    if (row.next_fire_at === null) await plan(queries, row, nextOf(row, now))
    else await fire(queries, row, row.next_fire_at.getTime(), now, start)
  }
  return rows.length
}
