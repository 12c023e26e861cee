import { nextTime } from '../../../../src/lib/engine/schedule/next-time.ts'
import { readSchedule } from '../../../../src/lib/engine/nodes/triggers/schedule.ts'
import type { NodeId, VersionId, WorkflowId, WorkspaceId } from '../../../../src/lib/engine/ids.ts'
import type { NewExecution } from '../../../../src/lib/engine/store.ts'
import { scheduledExecutionId } from '../execution-id.ts'

/** A schedule's next time, as a pg-boss job carries it. */
export interface ScheduleJob {
  trigger: string
  /** ISO 8601. */
  at: string
}

/** A live schedule trigger. */
export interface ScheduleRow {
  id: string
  workspace_id: string
  workflow_id: string
  version_id: string
  node_id: string
  config: unknown
  time_zone: string
  next_fire_at: Date | null
}

/** Where schedules and their next times are kept. */
export interface Schedules {
  /** Published a moment ago (no next time yet), or overdue by more than a minute, so that the job must have got lost. */
  unplanned(): Promise<ScheduleRow[]>
  /** The schedule that a job stands for, if it still has that time: paused, edited or fired meanwhile, there is none. */
  ofJob(job: ScheduleJob): Promise<ScheduleRow | undefined>
  /**
   * Sets the next time and sends its job, both or neither. Whoever knew another time than the row has was too late:
   * somebody else has planned.
   */
  plan(row: ScheduleRow, next: number | null): Promise<void>
  /** Takes down that times were missed: those from one on and before another, which fires in their place. */
  missed(row: ScheduleRow, from: number, fires: number): void
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
  schedules: Schedules,
  row: ScheduleRow,
  planned: number,
  now: number,
  start: Start,
): Promise<void> {
  const at = lastDue(row, planned, now)
  if (at !== planned) schedules.missed(row, planned, at)
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
  await schedules.plan(row, nextOf(row, Math.max(at, now)))
}

/** Fires the schedule that a job stands for, if it still has that time. */
export async function fireJob(
  schedules: Schedules,
  job: ScheduleJob,
  now: number,
  start: Start,
): Promise<void> {
  const row = await schedules.ofJob(job)
  if (row !== undefined) await fire(schedules, row, Date.parse(job.at), now, start)
}

/** Plans new and changed schedules, and catches up on those whose job got lost. Says how many there were. */
export async function planSchedules(
  schedules: Schedules,
  now: number,
  start: Start,
): Promise<number> {
  const rows = await schedules.unplanned()
  for (const row of rows) {
    if (row.next_fire_at === null) await schedules.plan(row, nextOf(row, now))
    else await fire(schedules, row, row.next_fire_at.getTime(), now, start)
  }
  return rows.length
}
