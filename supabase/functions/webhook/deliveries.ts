import { createHash } from 'node:crypto'
import type { DataObject } from '../../../src/lib/engine/data.ts'
import type { ExecutionId } from '../../../src/lib/engine/ids.ts'
import type { WebhookGuard } from '../../../src/lib/engine/nodes/triggers/webhook.ts'
import type { Queries } from '../_shared/database/pool.ts'
import type { WebhookTrigger } from './find-trigger.ts'

/** The sender's own id of a delivery; undefined when it gave none, which makes every request a new one. */
export function deliveryId(
  delivery: WebhookGuard['delivery'],
  headers: Headers,
  body: DataObject[string] | undefined,
): string | undefined {
  if (delivery === null) return undefined
  if (delivery !== 'stripe') {
    const id = headers.get(delivery.header) || fallback(delivery.header, headers)
    return id === '' ? undefined : id
  }
  const isGroup = typeof body === 'object' && body !== null && !Array.isArray(body)
  const id = isGroup ? body['id'] : undefined
  return typeof id === 'string' && id !== '' ? id : undefined
}

/** Standard Webhooks under the names that Svix gives its headers. */
const fallback = (header: string, headers: Headers): string =>
  header === 'webhook-id' ? (headers.get('svix-id') ?? '') : ''

// Updating what is there anyway is what makes a second request wait for the first one and see its row.
const CLAIM = `
insert into private.webhook_deliveries as d (token, delivery, workspace_id, execution_id)
values ($1, $2, $3, $4)
on conflict (token, delivery) do update
set execution_id = d.execution_id
returning execution_id`

/**
 * The id of the execution that this delivery is or becomes. Accepting it under that id does nothing when it is there
 * already, and makes up for a process that ended between this row and the execution.
 */
export async function claimDelivery(
  queries: Queries,
  trigger: WebhookTrigger,
  delivery: string,
  fresh: ExecutionId,
): Promise<ExecutionId> {
  const hash = createHash('sha256').update(delivery).digest()
  const [row] = await queries.query<{ execution_id: ExecutionId }>(CLAIM, [
    ...[trigger.token, hash, trigger.workspace, fresh],
  ])
  return row?.execution_id ?? fresh
}
