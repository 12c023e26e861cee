import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { NodeId, WorkflowId } from '../../../src/lib/engine/ids.ts'
import { answer } from '../_shared/http/answers.ts'
import { runtime } from '../_shared/runtime.ts'
import { readRequest } from './read-request.ts'
import type { Asked } from './routes.ts'

const address = z.object({ workflow: WorkflowId, node: NodeId })
const wanted = address.extend({ secret: z.string().min(8).max(500).optional() })

const SET_SECRET = `
with marked as (
  update public.webhook_endpoints
  set has_secret = true
  where token = $1
  returning token, workspace_id
)
insert into private.webhook_secrets (token, workspace_id, key_id, ciphertext, updated_at)
select token, workspace_id, $2, $3, now()
from marked
on conflict (token) do update
set key_id = excluded.key_id, ciphertext = excluded.ciphertext, updated_at = excluded.updated_at`

const REMOVE_SECRET = `
with removed as (
  delete from private.webhook_secrets where token = $1
)
update public.webhook_endpoints
set has_secret = false
where token = $1`

/** The webhook's token; the database function checks that the person is an editor of the workspace. */
const tokenOf = (asked: Asked, { workflow, node }: z.infer<typeof address>): Promise<string> =>
  asked.person.call<string>('ensure_webhook_endpoint', { p_workflow: workflow, p_node: node })

/** POST webhooks/secret: sets (or makes) a webhook's secret. The only time that it's shown. */
export async function setWebhookSecret(asked: Asked): Promise<Response> {
  const { secret = randomBytes(32).toString('hex'), ...where } = await readRequest(
    asked.request,
    wanted,
  )
  const token = await tokenOf(asked, where)
  const { keyId, ciphertext } = runtime().secrets.seal(secret, token)
  await runtime().pool.query(SET_SECRET, [token, keyId, ciphertext])
  return answer(200, { secret })
}

/** DELETE webhooks/secret: forgets it. A webhook that still checks its senders then refuses all of them. */
export async function removeWebhookSecret(asked: Asked): Promise<Response> {
  const token = await tokenOf(asked, await readRequest(asked.request, address))
  await runtime().pool.query(REMOVE_SECRET, [token])
  return answer(200, { removed: true })
}
