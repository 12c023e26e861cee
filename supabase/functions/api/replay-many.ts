import { z } from 'zod'
import { ExecutionId, WorkflowId } from '../../../src/lib/engine/ids.ts'
import { answer } from '../_shared/http/answers.ts'
import { MOST_REPLAYS, queueReplays } from '../_shared/replays/many.ts'
import { runtime } from '../_shared/runtime.ts'
import { notFound, requireRole } from './membership.ts'
import type { Caller, SeenExecution } from './caller.ts'
import { readRequest } from './read-request.ts'
import type { Asked } from './routes.ts'

const version = z.enum(['same', 'latest']).default('same')

const wanted = z.union([
  z.object({ version, executions: z.array(ExecutionId).min(1).max(MOST_REPLAYS) }),
  z.object({
    version,
    workflow: WorkflowId,
    status: z.enum(['failed', 'cancelled', 'timed_out']).default('failed'),
    from: z.iso.datetime({ offset: true }),
    to: z.iso.datetime({ offset: true }),
  }),
])

/**
 * POST executions/replay: replays many that ended without success. They wait for a quiet moment, so that what happens
 * now isn't held up. Those that were replayed already are left out; `more` says that there were more than fit.
 */
export async function replayMany({ person, request }: Asked<Caller>): Promise<Response> {
  const wish = await readRequest(request, wanted)
  const seen = await chosen(person, wish)
  const workspaces = new Set(seen.map((row) => row.workspace_id))
  if (workspaces.size === 0 && 'executions' in wish) throw notFound('execution')
  for (const workspace of workspaces) await requireRole(person, workspace, 'operator')
  const ids = seen.slice(0, MOST_REPLAYS).map((row) => row.id)
  const options = { version: wish.version, by: person.doer }
  const queued = await queueReplays(runtime().pool, ids, options)
  return answer(202, { queued, left_out: ids.length - queued, more: seen.length > MOST_REPLAYS })
}

/** The executions that are meant, as far as the caller sees them; one more than fit when there are more. */
async function chosen(person: Caller, wish: z.infer<typeof wanted>): Promise<SeenExecution[]> {
  if ('executions' in wish) return await person.executions(wish.executions)
  return await person.executionsOf({ ...wish, limit: MOST_REPLAYS + 1 })
}
