import {
  readWebhookRules,
  type WebhookRules,
} from '../../../src/lib/engine/nodes/triggers/webhook.ts'
import type { NodeId, VersionId, WorkflowId, WorkspaceId } from '../../../src/lib/engine/ids.ts'
import type { Queries } from '../_shared/database/pool.ts'
import { environment } from '../_shared/environment.ts'
import type { Limit } from '../_shared/limits/limit.ts'
import { limitOn } from '../_shared/limits/limits.ts'
import type { Secrets } from '../_shared/secrets.ts'

/** A webhook address and what a request to it starts. */
export interface WebhookTrigger {
  token: string
  workspace: WorkspaceId
  workflow: WorkflowId
  version: VersionId
  node: NodeId
  rules: WebhookRules
  /** What the sender has to know; null when none was set. */
  secret: string | null
  /** The secret before it, while it still counts. */
  previous?: { secret: string; until: number }
  /** Limits of this webhook and of its workspace; null where there's none. */
  limits: readonly [webhook: Limit | null, workspace: Limit | null]
}

/** The address exists, but its workflow isn't published (or the trigger isn't in the published version). */
export const NOT_PUBLISHED = 'not published'

type Found = WebhookTrigger | typeof NOT_PUBLISHED | undefined

interface TriggerRow {
  workspace_id: string
  workflow_id: string
  version_id: string | null
  node_id: string
  config: unknown
  key_id: string | null
  ciphertext: Uint8Array | null
  previous_key_id: string | null
  previous_ciphertext: Uint8Array | null
  previous_until: Date | null
}

const FIND_TRIGGER = `
select e.workspace_id, e.workflow_id, e.node_id, t.version_id, t.config, s.key_id, s.ciphertext,
       s.previous_key_id, s.previous_ciphertext, s.previous_until
from public.webhook_endpoints e
-- The addresses of a deleted workspace are unknown, until it's restored.
join public.workspaces w on w.id = e.workspace_id and w.deleted_at is null
left join public.triggers t
  on t.workflow_id = e.workflow_id and t.node_id = e.node_id and t.kind = 'trigger.webhook'
left join private.webhook_secrets s on s.token = e.token
where e.token = $1`

/**
 * How long a found trigger is used again without asking. That its version is still live is asked again by the statement
 * that accepts the execution; only a changed secret may be this late.
 */
const KEPT_MS = 1_000
const MAX_KEPT = 5_000

/** Finds triggers by token, and remembers them for a moment: a busy webhook asks once a second, not once a request. */
export class WebhookTriggers {
  readonly #queries: Queries
  readonly #secrets: Secrets
  readonly #kept = new Map<string, { trigger: WebhookTrigger; until: number }>()
  readonly #asking = new Map<string, Promise<Found>>()

  constructor(queries: Queries, secrets: Secrets) {
    this.#queries = queries
    this.#secrets = secrets
  }

  find(token: string): WebhookTrigger | Promise<Found> {
    const kept = this.#kept.get(token)
    if (kept !== undefined && kept.until > performance.now()) return kept.trigger
    const asking = this.#asking.get(token)
    if (asking !== undefined) return asking
    const found = this.#ask(token).finally(() => this.#asking.delete(token))
    this.#asking.set(token, found)
    return found
  }

  /** What was remembered turned out to be old. */
  forget(token: string): void {
    this.#kept.delete(token)
  }

  async #ask(token: string): Promise<Found> {
    this.#kept.delete(token)
    const [row] = await this.#queries.query<TriggerRow>(FIND_TRIGGER, [token])
    if (row === undefined) return undefined
    if (row.version_id === null) return NOT_PUBLISHED
    const rules = readWebhookRules(row.config)
    const limit = (key: string, perMinute: number) =>
      limitOn({ key, workspace: row.workspace_id, perMinute }, this.#queries)
    const trigger: WebhookTrigger = {
      token,
      // Ids that come out of our own tables are what they say.
      workspace: row.workspace_id as WorkspaceId,
      workflow: row.workflow_id as WorkflowId,
      version: row.version_id as VersionId,
      node: row.node_id as NodeId,
      rules,
      secret: this.#open(row.key_id, row.ciphertext, token),
      limits: [
        limit(`webhook ${token}`, rules.guard?.ratePerMinute ?? 0),
        limit(`webhooks of ${row.workspace_id}`, environment().webhookRate),
      ],
    }
    const previous = this.#open(row.previous_key_id, row.previous_ciphertext, token)
    if (previous !== null && row.previous_until !== null) {
      trigger.previous = { secret: previous, until: row.previous_until.getTime() }
    }
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear()
    this.#kept.set(token, { trigger, until: performance.now() + KEPT_MS })
    return trigger
  }

  #open(keyId: string | null, ciphertext: Uint8Array | null, token: string): string | null {
    if (keyId === null || ciphertext === null) return null
    return this.#secrets.open({ keyId, ciphertext }, token)
  }
}
