import type { AcceptResult, NewExecution } from '../../../../src/lib/engine/store.ts'
import type { Connection } from '../database/connection.ts'
import type { Outcome } from './batcher.ts'
import { LEASE_SECONDS } from './lease.ts'
import { Payloads } from './payloads.ts'
import { MAX_PAYLOAD, storedText } from './stored-text.ts'

/** An execution on its way into the database; `text` is its element of the statement's one parameter, without `n`. */
export interface Accepting {
  id: string
  workspace: string
  text: string
  /** Its trigger's data, when that is too large for its row. */
  payloads: string[]
}

/** Throws NotStorable before the execution takes part in a batch. */
export function accepting(execution: NewExecution): Accepting {
  const payloads = new Payloads(execution.id, execution.workspace)
  const data = payloads.inRow(storedText(execution.triggerData, MAX_PAYLOAD))
  const rest = JSON.stringify({
    id: execution.id,
    workspace_id: execution.workspace,
    workflow_id: execution.workflow,
    version_id: execution.version,
    trigger_node: execution.triggerNode,
    trigger_kind: execution.triggerKind,
    mode: execution.mode,
    replay_of: execution.replayOf ?? null,
    started_by: execution.startedBy ?? null,
    only_if_live: execution.onlyIfLive,
  })
  return {
    id: execution.id,
    workspace: execution.workspace,
    text: `"trigger_data":${data},${rest.slice(1)}`,
    payloads: payloads.rows,
  }
}

// The statement itself is a function of the database, so that it is planned once a connection:
// supabase/migrations/20261123001100_store_statements.sql has it, with what was measured.
const ACCEPT = `select n, accepted from private.accept_executions($1::jsonb, interval '${LEASE_SECONDS} s')`

// The same, with large values: in one statement, so that no row names a value that isn't there.
const ACCEPT_WITH_PAYLOADS = ACCEPT.replace('from ', 'from private.store_payloads($2::jsonb), ')

/** Writes one batch; see ACCEPT. */
export async function acceptBatch(
  connection: Connection,
  items: Accepting[],
): Promise<Outcome<AcceptResult>[]> {
  const batch = items.map((item, n) => `{"n":${n},${item.text}`).join(',')
  const payloads = items.flatMap((item) => item.payloads)
  const rows = await connection.query<{ n: number; accepted: boolean }>(
    payloads.length === 0 ? ACCEPT : ACCEPT_WITH_PAYLOADS,
    payloads.length === 0 ? [`[${batch}]`] : [`[${batch}]`, `[${payloads.join(',')}]`],
  )
  const outcomes: Outcome<AcceptResult>[] = items.map(() => ({ ok: 'not_live' }))
  for (const row of rows) outcomes[row.n] = { ok: row.accepted ? 'accepted' : 'duplicate' }
  return outcomes
}
