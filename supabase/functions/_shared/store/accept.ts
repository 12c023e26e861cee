import type {
  AcceptResult,
  Checkpoint,
  FirstWrite,
  Lease,
  NewExecution,
} from '../../../../src/lib/engine/store.ts'
import type { Connection } from '../database/connection.ts'
import { isRefusal } from '../database/outage.ts'
import type { Outcome } from './batcher.ts'
import { writing, type Writing } from './checkpoint.ts'
import { LEASE_SECONDS } from './lease.ts'
import { Payloads } from './payloads.ts'
import { MAX_PAYLOAD, NotStorable, storedText } from './stored-text.ts'
import { hasExtras } from './waits.ts'

/** An execution on its way into the database; `text` is its element of the statement's one parameter, without `n`. */
export interface Accepting {
  id: string
  /** The one that its caller will hold. */
  lease: Lease
  workspace: string
  text: string
  /** Its trigger's data, when that is too large for its row. */
  payloads: string[]
  /** It's being run already, and may have something to write by the time its batch leaves. */
  first: FirstWrite | undefined
  /** What goes along; undefined until it was asked for. */
  along: Writing | null | undefined
}

/** Throws NotStorable before the execution takes part in a batch. */
export function accepting(execution: NewExecution, first?: FirstWrite): Accepting {
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
    lease: { execution: execution.id, number: 1 },
    workspace: execution.workspace,
    text: `"trigger_data":${data},${rest.slice(1)}`,
    payloads: payloads.rows,
    first,
    along: undefined,
  }
}

// The statement itself is a function of the database, so that it is planned once a connection:
// supabase/migrations/20261123001800_hot_statements.sql has it, with what was measured.
const ACCEPT = `select accepted, duplicates from private.begin_executions($1::jsonb, $2::jsonb, interval '${LEASE_SECONDS} s')`

// The same, with large values: in one statement, so that no row names a value that isn't there.
const ACCEPT_WITH_PAYLOADS = ACCEPT.replace('from ', 'from private.store_payloads($3::jsonb), ')

/** Longer ones take a commit of their own, so that a batch stays as small as its accepts are. */
const LONGEST_ALONG = 32 * 1024

/** Writes one batch, and with each execution what its run has given by now. */
export async function acceptBatch(
  connection: Connection,
  items: Accepting[],
): Promise<Outcome<AcceptResult>[]> {
  for (const item of items) if (item.along === undefined) item.along = takeAlong(item)
  try {
    return await write(connection, items)
  } catch (problem) {
    // The execution shall be there all the same, and say itself what's wrong with its steps.
    const [only] = items
    if (!isRefusal(problem) || items.length > 1 || only?.along == null) throw problem
    only.along = null
    only.first?.giveBack()
    return await write(connection, items)
  }
}

function takeAlong({ lease, first }: Accepting): Writing | null {
  const found = first?.take() ?? null
  if (found === null) return null
  const along = hasExtras(found) ? null : asWriting(lease, found)
  if (along !== null && along.bytes <= LONGEST_ALONG && along.payloads.length === 0) return along
  first?.giveBack()
  return null
}

/** Null for what can't be stored: written by itself, it says so. */
function asWriting(lease: Lease, first: Checkpoint): Writing | null {
  try {
    return writing(lease, first, () => true)
  } catch (problem) {
    if (problem instanceof NotStorable) return null
    throw problem
  }
}

async function write(connection: Connection, items: Accepting[]): Promise<Outcome<AcceptResult>[]> {
  const batch: string[] = []
  const steps: string[] = []
  const payloads: string[] = []
  items.forEach((item, n) => {
    batch.push(
      `{"n":${n},${item.text.slice(0, -1)}${item.along == null ? '' : `,${item.along.how}`}}`,
    )
    for (const step of item.along?.fresh ?? []) steps.push(`{"n":${n},${step}`)
    payloads.push(...item.payloads)
  })
  const values = [listOf(batch), steps.length === 0 ? null : listOf(steps)]
  const [row] = await connection.query<{ accepted: number[]; duplicates: number[] }>(
    payloads.length === 0 ? ACCEPT : ACCEPT_WITH_PAYLOADS,
    payloads.length === 0 ? values : [...values, listOf(payloads)],
  )
  const outcomes: Outcome<AcceptResult>[] = items.map(() => ({ ok: 'not_live' }))
  for (const n of row?.accepted ?? []) outcomes[n] = { ok: 'accepted' }
  for (const n of row?.duplicates ?? []) outcomes[n] = { ok: 'duplicate' }
  return outcomes
}

const listOf = (texts: readonly string[]): string => `[${texts.join(',')}]`
