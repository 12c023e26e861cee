import type { PgBoss } from 'pg-boss'
import type { ExecutionId } from '../../../../src/lib/engine/ids.ts'
import type { ErrorData } from '../../../../src/lib/engine/store.ts'
import { errorData, WeftError } from '../engine.ts'
import { Refused } from '../http/answers.ts'
import type { Queries } from '../database/pool.ts'
import { replayExecutionId } from '../execution-id.ts'
import { fetchDue } from '../queue/due-jobs.ts'
import type { Runtime } from '../runtime.ts'
import type { Round } from '../work/rounds.ts'
import { earlierExecution } from './earlier-execution.ts'
import { mayHaveActed } from './refusals.ts'
import { prepareReplay, refuseReplay, startReplay, titlesOf } from './replay.ts'

/** So many executions can be replayed with one request. */
export const MOST_REPLAYS = 1_000

/** Replays wait while a worker has more than this to do: what happens now comes before what is repeated. */
const BUSY = 20

/** What a job says. */
interface ReplayJob {
  execution: ExecutionId
  version: 'same' | 'latest'
  by: string
  /** When it was asked for, in milliseconds since 1970. */
  at: number
}

const QUEUE = `select private.queue_replays($1::uuid[], $2::jsonb) as queued`

/** Queues replays; those that succeeded, still run or were replayed already are left out. Says how many there are. */
export async function queueReplays(
  queries: Queries,
  executions: readonly string[],
  options: Omit<ReplayJob, 'execution' | 'at'>,
): Promise<number> {
  const [row] = await queries.query<{ queued: number }>(QUEUE, [
    executions,
    JSON.stringify({ ...options, at: Date.now() }),
  ])
  return row?.queued ?? 0
}

/** Begins replays that are queued, as long as there's little else to do. */
export async function replayRound(runtime: Runtime, boss: PgBoss): Promise<Round> {
  const room = BUSY - runtime.inHand
  if (room <= 0) return { found: 0, nextInMs: 100 }
  const { jobs, nextInMs } = await fetchDue<ReplayJob>(runtime.pool, boss, 'replay', room)
  for (const job of jobs) {
    await replayOne(runtime, job.data, replayExecutionId(job.id, job.data.at))
    await boss.deleteJob('replay', job.id)
  }
  return { found: jobs.length, nextInMs }
}

/**
 * A crash before the job is deleted brings it again, and so does a process that stands still for longer than a job may
 * take. The replay's id follows from the job: it's there then, and stays the only one, even if it has failed by now.
 */
async function replayOne(
  runtime: Runtime,
  { execution, version, by }: ReplayJob,
  id: ExecutionId,
): Promise<void> {
  const world = { queries: runtime.pool, store: runtime.store }
  const earlier = await earlierExecution(world.queries, execution)
  if (earlier === undefined || earlier.replays.length > 0) return
  try {
    const prepared = await prepareReplay(world, earlier, { version })
    // Of many at once, nobody looks at each: what may have happened already isn't done again unasked.
    const { uncertain } = prepared.plan
    if (uncertain.length > 0) throw mayHaveActed(titlesOf(prepared.nodes, uncertain))
    await startReplay(world, prepared, { version }, by, id)
  } catch (problem) {
    const error = errorOf(problem)
    if (error === null) throw problem
    return await refuseReplay(world, earlier, by, error, id)
  }
  await runtime.resume(id)
}

/** What can be told of a replay that isn't possible; null for what is nobody's business but ours. */
function errorOf(problem: unknown): ErrorData | null {
  if (problem instanceof WeftError) return errorData(problem)
  if (!(problem instanceof Refused)) return null
  const { code, title, detail, hint } = problem.refusal
  return { code, title, detail, hint, retryable: false }
}
