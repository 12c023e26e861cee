import type { PgBoss } from 'pg-boss'
import { approvalMailRound } from '../_shared/approvals/mail-round.ts'
import { isOutage } from '../_shared/database/outage.ts'
import { environment } from '../_shared/environment.ts'
import { mentionMailRound } from '../_shared/mentions/mail-round.ts'
import { openBoss } from '../_shared/queue/boss.ts'
import { resealAll } from '../_shared/reseal.ts'
import { runtime } from '../_shared/runtime.ts'
import { replayRound } from '../_shared/replays/many.ts'
import { maintain } from '../_shared/work/maintenance.ts'
import { repeat } from '../_shared/work/repeat.ts'
import { resumeRound, scheduleRound, takeoverRound } from '../_shared/work/rounds.ts'

const MAINTENANCE_EVERY_MS = 60_000
/** How long a stopping worker lets its executions finish before it hands them back. */
const GRACE_MS = 3_000

/** The database may come up after us. */
async function bossWhenReachable(signal: AbortSignal): Promise<PgBoss | undefined> {
  while (!signal.aborted) {
    try {
      return await openBoss(runtime().pool)
    } catch (problem) {
      if (!isOutage(problem))
        console.error('weft: pg-boss could not be started; trying again', problem)
      await new Promise((done) => setTimeout(done, 500))
    }
  }
  return undefined
}

/** Works until SIGTERM or SIGINT, then finishes what it has in hand, or hands it back. */
export async function runUntilStopped(): Promise<void> {
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    Deno.addSignalListener(signal, () => stop.abort())
  const { signal } = stop
  const works = runtime()
  works.takeTime()
  const boss = await bossWhenReachable(signal)
  if (boss === undefined) return
  await Promise.all([
    repeat('waking executions', 1_000, signal, () => resumeRound(works, boss)),
    repeat('taking over executions', 1_000, signal, () => takeoverRound(works)),
    repeat('replaying executions', 2_000, signal, () => replayRound(works, boss)),
    repeat('firing schedules', 2_000, signal, () => scheduleRound(works, boss)),
    repeat('sending e-mails about approvals', 2_000, signal, () =>
      approvalMailRound(works, boss, signal),
    ),
    repeat('sending e-mails about mentions', 2_000, signal, () =>
      mentionMailRound(works, boss, signal),
    ),
    repeat('maintenance', MAINTENANCE_EVERY_MS, signal, async () => {
      await maintain(works.pool, boss, environment().retentionDays)
      await resealAll(works)
      return { found: 0, nextInMs: Infinity }
    }),
  ])
  await works.stop(GRACE_MS)
}
