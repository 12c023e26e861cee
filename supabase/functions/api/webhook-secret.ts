import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { NodeId, WorkflowId } from '../../../src/lib/engine/ids.ts'
import { answer } from '../_shared/http/answers.ts'
import { runtime } from '../_shared/runtime.ts'
import { readRequest } from './read-request.ts'
import type { Caller } from './caller.ts'
import type { Asked } from './routes.ts'

const address = z.object({ workflow: WorkflowId, node: NodeId })
const wanted = address.extend({
  secret: z.string().min(8).max(500).optional(),
  /** Hours in which the secret before it still counts, so that the sender can be told in between. */
  keepOldHours: z.number().min(0).max(168).default(0),
  /** `standard`: made as Standard Webhooks wants it. */
  form: z.enum(['plain', 'standard']).default('plain'),
})

// Both name the person, or the key, for the audit log, which the tables' triggers write.
const SET_SECRET = `
with actor as (
  select set_config('weft.actor', $5, true)
), marked as (
  update public.webhook_endpoints e
  set has_secret = true
  from actor
  where e.token = $1
  returning e.token, e.workspace_id
)
insert into private.webhook_secrets as s (token, workspace_id, key_id, ciphertext, updated_at)
select token, workspace_id, $2, $3, now()
from marked
on conflict (token) do update
set key_id = excluded.key_id, ciphertext = excluded.ciphertext, updated_at = excluded.updated_at,
    previous_key_id = case when $4::float8 > 0 then s.key_id end,
    previous_ciphertext = case when $4::float8 > 0 then s.ciphertext end,
    previous_until = case when $4::float8 > 0 then now() + $4::float8 * interval '1 hour' end`

const REMOVE_SECRET = `
with actor as (
  select set_config('weft.actor', $2, true)
), removed as (
  delete from private.webhook_secrets s using actor where s.token = $1
)
update public.webhook_endpoints
set has_secret = false
where token = $1`

/** The webhook's token; the database function checks that the person is an editor of the workspace. */
const tokenOf = (
  asked: Asked<Caller>,
  { workflow, node }: z.infer<typeof address>,
): Promise<string> =>
  asked.person.call<string>('ensure_webhook_endpoint', { p_workflow: workflow, p_node: node })

const made = (form: 'plain' | 'standard'): string =>
  form === 'plain' ? randomBytes(32).toString('hex') : `whsec_${randomBytes(32).toString('base64')}`

/** POST webhooks/secret: sets (or makes) a webhook's secret. The only time that it's shown. */
export async function setWebhookSecret(asked: Asked<Caller>): Promise<Response> {
  const { form, keepOldHours, ...wish } = await readRequest(asked.request, wanted)
  const { secret = made(form), ...where } = wish
  const token = await tokenOf(asked, where)
  const { keyId, ciphertext } = runtime().secrets.seal(secret, token)
  await runtime().pool.query(SET_SECRET, [
    ...[token, keyId, ciphertext, keepOldHours],
    asked.person.actor,
  ])
  return answer(200, { secret })
}

/** DELETE webhooks/secret: forgets it. A webhook that still checks its senders then refuses all of them. */
export async function removeWebhookSecret(asked: Asked<Caller>): Promise<Response> {
  const token = await tokenOf(asked, await readRequest(asked.request, address))
  await runtime().pool.query(REMOVE_SECRET, [token, asked.person.actor])
  return answer(200, { removed: true })
}
