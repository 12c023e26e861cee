import { z } from 'zod'
import { ExecutionId, WorkflowId, WorkspaceId } from '../../../src/lib/engine/ids.ts'
import { answer } from '../_shared/http/answers.ts'
import { MOST_REPLAYS, queueReplays } from '../_shared/replays/many.ts'
import { runtime } from '../_shared/runtime.ts'
import { notFound, requireRole } from './membership.ts'
import type { Person } from './person.ts'
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

interface SeenRow {
  id: ExecutionId
  workspace_id: WorkspaceId
}

/**
 * POST executions/replay: replays many that ended without success. They wait for a quiet moment, so that what happens
 * now isn't held up. Those that were replayed already are left out; `more` says that there were more than fit.
 */
export async function replayMany({ person, request }: Asked): Promise<Response> {
  const wish = await readRequest(request, wanted)
  const seen = await chosen(person, wish)
  const workspaces = new Set(seen.map((row) => row.workspace_id))
  if (workspaces.size === 0 && 'executions' in wish) throw notFound('execution')
  for (const workspace of workspaces) await requireRole(person, workspace, 'operator')
  const ids = seen.slice(0, MOST_REPLAYS).map((row) => row.id)
  const options = { version: wish.version, by: person.id }
  const queued = await queueReplays(runtime().pool, ids, options)
  return answer(202, { queued, left_out: ids.length - queued, more: seen.length > MOST_REPLAYS })
}

/** So many ids fit into the address of a request. */
const AT_ONCE = 100

/** The executions that are meant, as far as the person sees them; one more than fit when there are more. */
async function chosen(person: Person, wish: z.infer<typeof wanted>): Promise<SeenRow[]> {
  if (!('executions' in wish)) {
    return await person.select<SeenRow>(
      'executions',
      `select=id,workspace_id&workflow_id=eq.${wish.workflow}&status=eq.${wish.status}` +
        `&created_at=gte.${encodeURIComponent(wish.from)}&created_at=lt.${encodeURIComponent(wish.to)}` +
        `&order=id.asc&limit=${MOST_REPLAYS + 1}`,
    )
  }
  const seen: SeenRow[] = []
  for (let at = 0; at < wish.executions.length; at += AT_ONCE) {
    const ids = wish.executions.slice(at, at + AT_ONCE).join(',')
    seen.push(
      ...(await person.select<SeenRow>('executions', `select=id,workspace_id&id=in.(${ids})`)),
    )
  }
  return seen
}
