import { isOutage } from '../_shared/database/outage.ts'
import { environment } from '../_shared/environment.ts'
import { answer, FAULT, refuse, Refused, UNAVAILABLE } from '../_shared/http/answers.ts'
import { requireOperator } from '../_shared/http/operator.ts'
import { openBoss } from '../_shared/queue/boss.ts'
import { runtime } from '../_shared/runtime.ts'
import { maintain } from '../_shared/work/maintenance.ts'
import { scheduleRound, takeoverRound } from '../_shared/work/rounds.ts'

const BUDGET_MS = 20_000

/** Once a minute, from pg_cron: upkeep, schedules, and whatever nobody else has picked up. */
export async function handleTick(request: Request): Promise<Response> {
  try {
    requireOperator(request)
    const works = runtime()
    const boss = await openBoss(works.pool)
    const taken = await takeoverRound(works)
    const fired = await scheduleRound(works, boss)
    await maintain(works.pool, boss, environment().retentionDays)
    await works.settle(BUDGET_MS)
    await boss.stop({ graceful: false })
    return answer(200, { taken: taken.found, schedules: fired.found })
  } catch (problem) {
    if (problem instanceof Refused) return refuse(problem.refusal)
    if (isOutage(problem)) return refuse(UNAVAILABLE)
    console.error('weft: a tick failed', problem)
    return refuse(FAULT)
  }
}
