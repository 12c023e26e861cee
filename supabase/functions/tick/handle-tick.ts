import { isOutage } from '../_shared/database/outage.ts'
import { environment } from '../_shared/environment.ts'
import { answer, FAULT, refuse, Refused, UNAVAILABLE } from '../_shared/http/answers.ts'
import { requireOperator } from '../_shared/http/operator.ts'
import { openBoss } from '../_shared/queue/boss.ts'
import { resealAll } from '../_shared/reseal.ts'
import { Runtime } from '../_shared/runtime.ts'
import { maintain } from '../_shared/work/maintenance.ts'
import { scheduleRound, takeoverRound } from '../_shared/work/rounds.ts'

const BUDGET_MS = 20_000
/** See the worker. */
const HAND_OVER_MS = 12_000

/** Once a minute, from pg_cron: upkeep, schedules, and whatever nobody else has picked up. */
export async function handleTick(request: Request): Promise<Response> {
  try {
    requireOperator(request)
    return answer(200, await tick(new Runtime({ for: 'invocation' })))
  } catch (problem) {
    if (problem instanceof Refused) return refuse(problem.refusal)
    if (isOutage(problem)) return refuse(UNAVAILABLE)
    console.error('weft: a tick failed', problem)
    return refuse(FAULT)
  }
}

async function tick(works: Runtime): Promise<{ taken: number; schedules: number }> {
  const boss = await openBoss(works.pool)
  try {
    await maintain(works.pool, boss, environment().retentionDays)
    await resealAll(works)
    const fired = await scheduleRound(works, boss)
    const taken = works.isShiftOver ? { found: 0 } : await takeoverRound(works)
    await works.settle(BUDGET_MS)
    return { taken: taken.found, schedules: fired.found }
  } finally {
    works.handOver()
    await boss.stop({ graceful: false })
    await works.stop(HAND_OVER_MS)
  }
}
