import type { PgBoss } from 'pg-boss'
import type { ExecutionId } from '../../../../src/lib/engine/ids.ts'
import { fetchDue } from '../queue/due-jobs.ts'
import type { Runtime } from '../runtime.ts'
import { ScheduleRows } from './schedule-rows.ts'
import { fireJob, planSchedules, type ScheduleJob } from './schedules.ts'

/** At most so many executions are in one process' hands; more would only wait for each other. */
const MAX_IN_HAND = 500
const TAKE_AT_ONCE = 50

/** What a round found: how much there was to do, and when it's worth looking again. */
export interface Round {
  found: number
  nextInMs: number
}

/** Wakes sleepers that are due: fetched, claimed and run in batches. */
export async function resumeRound(runtime: Runtime, boss: PgBoss): Promise<Round> {
  if (runtime.inHand >= MAX_IN_HAND) return { found: 0, nextInMs: 20 }
  const { jobs, nextInMs } = await fetchDue<{ execution: ExecutionId }>(
    runtime.pool,
    boss,
    'resume',
  )
  if (jobs.length === 0) return { found: 0, nextInMs }
  // Claimed together in one statement. Once claimed, the lease keeps the execution safe and the job has done its work.
  await Promise.all(jobs.map((job) => runtime.resume(job.data.execution)))
  await boss.deleteJob(
    'resume',
    jobs.map((job) => job.id),
  )
  return { found: jobs.length, nextInMs: 0 }
}

/** Takes over what others left behind, and what was queued. */
export async function takeoverRound(runtime: Runtime): Promise<Round> {
  if (runtime.inHand >= MAX_IN_HAND) return { found: 0, nextInMs: 100 }
  const admitted = await runtime.admitAll()
  const found = (await runtime.takeOver(TAKE_AT_ONCE)) + admitted
  return { found, nextInMs: found >= TAKE_AT_ONCE ? 0 : Infinity }
}

/** Fires schedules whose time has come, and plans those that are new. */
export async function scheduleRound(runtime: Runtime, boss: PgBoss): Promise<Round> {
  const start = async (execution: Parameters<Runtime['start']>[0]) =>
    void (await runtime.start(execution))
  const schedules = new ScheduleRows(runtime.pool)
  const { jobs, nextInMs } = await fetchDue<ScheduleJob>(runtime.pool, boss, 'schedule')
  for (const job of jobs) {
    await fireJob(schedules, job.data, Date.now(), start)
    await boss.deleteJob('schedule', job.id)
  }
  const planned = await planSchedules(schedules, Date.now(), start)
  return { found: jobs.length + planned, nextInMs: jobs.length + planned > 0 ? 0 : nextInMs }
}
