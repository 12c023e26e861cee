import type { Data } from '../../../../src/lib/engine/data.ts'
import type { ExecutionId, NodeId } from '../../../../src/lib/engine/ids.ts'
import type {
  Checkpoint,
  Delivery,
  NewExecution,
  StepPlace,
  WaitKind,
} from '../../../../src/lib/engine/store.ts'
import type { Connection } from '../database/connection.ts'
import type { Queries } from '../database/pool.ts'
import { Payloads } from './payloads.ts'
import { storedText } from './stored-text.ts'

interface DeliveryRow {
  execution_id: string
  node_id: string
  path: string
  kind: WaitKind
  key: string
  delivery: Data
  delivered_at: Date
}

// By the unique index, whose first column is the execution.
const DELIVERIES = `
select execution_id, node_id, path, kind, key, delivery, delivered_at
from public.execution_waits
where execution_id = any ($1::uuid[])
  and delivered_at is not null
order by delivered_at`

/** What has arrived for the waiting steps of some executions, each with the execution's id. */
export async function deliveriesOf(
  connection: Connection,
  executions: string[],
): Promise<[string, Delivery & StepPlace][]> {
  const rows = await connection.query<DeliveryRow>(DELIVERIES, [executions])
  return rows.map((row) => [
    row.execution_id,
    {
      node: row.node_id as NodeId, // written by us from a checked definition
      path: row.path,
      kind: row.kind,
      key: row.key,
      data: row.delivery,
      at: row.delivered_at.toISOString(),
    },
  ])
}

/** Whether a checkpoint has more to write than steps and a status: that costs a transaction of its own. */
export const hasExtras = ({ waits, starts, output }: Checkpoint): boolean =>
  waits !== undefined || starts !== undefined || output !== undefined

/** An execution that another one starts, as the statement takes it. */
const startText = (start: NewExecution, payloads: Payloads): string => {
  const rest = storedText({
    id: start.id,
    workspace_id: start.workspace,
    workflow_id: start.workflow,
    version_id: start.version,
    trigger_node: start.triggerNode,
    trigger_kind: start.triggerKind,
    mode: start.mode,
    parent_id: start.parent?.execution ?? null,
    parent_node: start.parent?.node ?? null,
    parent_path: start.parent?.path ?? null,
    caller_id: start.caller ?? null,
    depth: start.depth ?? 0,
  })
  return `{"trigger_data":${payloads.inRow(storedText(start.triggerData))},${rest.slice(1)}`
}

const STORE_PAYLOADS = `select private.store_payloads($1::jsonb)`

const WRITE_EXTRAS = `select ready from private.write_extras($1::uuid, $2::jsonb, $3::jsonb, $4::jsonb)`

const TELL_PARENT = `
select private.tell_parent(e.id, e.parent_id, $2::jsonb) as ready
from public.executions e
where e.id = $1::uuid
  and e.parent_id is not null`

/** Writes what a checkpoint holds besides steps; inside its transaction. Answers with who can go on because of it. */
export async function writeExtras(
  queries: Queries,
  execution: ExecutionId,
  { waits, starts = [], status, output, error }: Checkpoint,
): Promise<ExecutionId[]> {
  const large: string[] = []
  const begun = starts.map((start) => {
    const payloads = new Payloads(start.id, start.workspace)
    const text = startText(start, payloads)
    large.push(...payloads.rows)
    return text
  })
  if (large.length > 0) await queries.query(STORE_PAYLOADS, [`[${large.join(',')}]`])
  const ready = await queries.query<{ ready: string }>(WRITE_EXTRAS, [
    execution,
    storedText(waits?.closed ?? []),
    storedText(waits?.open ?? []),
    `[${begun.join(',')}]`,
  ])
  const parent =
    output === undefined
      ? []
      : await queries.query<{ ready: string | null }>(TELL_PARENT, [
          execution,
          storedText({ status, output, error: error ?? null }),
        ])
  // Ids that come out of our own tables are what they say.
  return [...ready, ...parent].flatMap((row) =>
    row.ready === null ? [] : [row.ready as ExecutionId],
  )
}
