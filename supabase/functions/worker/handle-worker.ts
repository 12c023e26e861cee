import { approvalMailRound } from '../_shared/approvals/mail-round.ts'
import { isOutage } from '../_shared/database/outage.ts'
import { answer, FAULT, refuse, Refused, UNAVAILABLE } from '../_shared/http/answers.ts'
import { requireOperator } from '../_shared/http/operator.ts'
import { mentionMailRound } from '../_shared/mentions/mail-round.ts'
import { openBoss } from '../_shared/queue/boss.ts'
import { replayRound } from '../_shared/replays/many.ts'
import { Runtime } from '../_shared/runtime.ts'
import { resumeRound, scheduleRound, takeoverRound } from '../_shared/work/rounds.ts'

/** An invocation ends well before a hosted function's wall clock does. */
const DEFAULT_BUDGET_MS = 50_000
const MAX_BUDGET_MS = 120_000
/** What calls the outside at the end may still finish; what can't is handed back as it was written last. */
const HAND_OVER_MS = 12_000
/** Found nothing for so long: the next invocation will do. */
const IDLE_END_MS = 3_000

/**
 * Works off what is due until there's nothing left, or the time or the processor time is used up: how hosted projects
 * run a worker. What isn't done by then is given back, for the next invocation.
 */
export async function handleWorker(request: Request): Promise<Response> {
  try {
    requireOperator(request)
    const wanted = Number(new URL(request.url).searchParams.get('budget_ms') ?? DEFAULT_BUDGET_MS)
    return answer(
      200,
      await workFor(Math.min(MAX_BUDGET_MS, Math.max(0, wanted || DEFAULT_BUDGET_MS))),
    )
  } catch (problem) {
    if (problem instanceof Refused) return refuse(problem.refusal)
    if (isOutage(problem)) return refuse(UNAVAILABLE)
    console.error('weft: a worker invocation failed', problem)
    return refuse(FAULT)
  }
}

async function workFor(budgetMs: number): Promise<{ found: number }> {
  const works = new Runtime({ for: 'invocation' })
  try {
    return { found: await workUntil(works, performance.now() + budgetMs) }
  } finally {
    works.handOver()
    await works.stop(HAND_OVER_MS)
  }
}

async function workUntil(works: Runtime, until: number): Promise<number> {
  const boss = await openBoss(works.pool)
  let found = 0
  let idleSince = performance.now()
  const isOver = () => works.isShiftOver || performance.now() >= until
  while (!isOver() && performance.now() - idleSince < IDLE_END_MS) {
    const rounds = await Promise.all([
      resumeRound(works, boss),
      takeoverRound(works),
      scheduleRound(works, boss),
      replayRound(works, boss),
      approvalMailRound(works, boss),
      mentionMailRound(works, boss),
    ])
    const now = rounds.reduce((sum, round) => sum + round.found, 0)
    found += now
    if (now > 0 || works.inHand > 0) idleSince = performance.now()
    if (now === 0) await new Promise((done) => setTimeout(done, 50))
  }
  await boss.stop({ graceful: false })
  return found
}
