import type { Checkpoint, Lease, StepRecord } from '../../../../src/lib/engine/store.ts'
import type { Queries } from '../database/pool.ts'
import type { Outcome } from './batcher.ts'
import { span } from './id-span.ts'
import { Payloads } from './payloads.ts'
import { storedText } from './stored-text.ts'

/** A checkpoint on its way into the database: its parts of the statement's parameters, still without `n`. */
export interface Writing {
  id: string
  write: Checkpoint
  /** How the execution stands after it: fields without braces. */
  how: string
  /** The same with its lease, as an element of the statement's parameter. */
  execution: string
  /** Steps that were never written before, and those that may have been (an attempt that was open, a repeated write). */
  fresh: string[]
  again: string[]
  /** Values that were too large for their steps' rows. */
  payloads: string[]
  bytes: number
}

/** What a written checkpoint tells its writer. `null`: the lease is lost, nothing was written. */
export type WriteAnswer = { cancelRequested: boolean } | null

/**
 * By hand, and without what goes without saying: Postgres reads every key of every step, and there are thousands a
 * second. Without a status, a step has succeeded in the millisecond it began in, by its port "out", at the first attempt.
 */
function stepText(step: StepRecord, payloads: Payloads): string {
  let text =
    `"node":"${step.node}","seq":${step.seq},"started":"${step.startedAt}",` +
    `"input":${payloads.inRow(storedText(step.input))},"output":${payloads.inRow(storedText(step.output))}`
  if (step.path !== '') text += `,"path":${JSON.stringify(step.path)}`
  if (step.progress !== null) text += `,"progress":${storedText(step.progress)}`
  if (step.error !== null) text += `,"error":${storedText(step.error)}`
  if (step.logs.length > 0) text += `,"logs":${storedText(step.logs)}`
  if (goesWithoutSaying(step)) return `${text}}`
  text += `,"attempt":${step.attempt},"status":"${step.status}"`
  if (step.port !== null) text += `,"port":${JSON.stringify(step.port)}`
  if (step.finishedAt !== null) text += `,"finished":"${step.finishedAt}"`
  return `${text}}`
}

const goesWithoutSaying = ({ status, port, attempt, startedAt, finishedAt }: StepRecord): boolean =>
  status === 'succeeded' && port === 'out' && attempt === 1 && finishedAt === startedAt

/** Throws NotStorable before the checkpoint takes part in a batch. `isFresh` says which steps can't be there yet. */
export function writing(
  lease: Lease,
  write: Checkpoint,
  isFresh: (step: StepRecord) => boolean,
): Writing {
  let how = `"status":"${write.status}"`
  if (write.wakeAt != null) how += `,"wake_at":"${new Date(write.wakeAt).toISOString()}"`
  if (write.error != null) how += `,"error":${storedText(write.error)}`
  const execution = `"id":"${lease.execution}","lease":${lease.number},${how}}`
  const fresh: string[] = []
  const again: string[] = []
  const large = new Payloads(lease.execution)
  let bytes = execution.length
  for (const step of write.steps) {
    const text = stepText(step, large)
    bytes += text.length
    if (isFresh(step)) fresh.push(text)
    else again.push(text)
  }
  const payloads = large.rows
  for (const text of payloads) bytes += text.length
  return { id: lease.execution, write, how, execution, fresh, again, payloads, bytes }
}

// The statement itself is a function of the database, so that it is planned once a connection:
// supabase/migrations/20261123001800_hot_statements.sql has it, with what was measured.
const CHECKPOINT = `
select written, cancel_requested
from private.checkpoint_executions($1::uuid[], $2::uuid, $3::uuid, $4::jsonb, $5::jsonb, $6::jsonb)`

// The same, with large values: in one statement, so that no row names a value that isn't there.
const CHECKPOINT_WITH_PAYLOADS = CHECKPOINT.replace(
  'from ',
  'from private.store_payloads($7::jsonb), ',
)

/** Writes one batch; see CHECKPOINT. `repeated`: an earlier try may have been committed without our hearing of it. */
export async function checkpointBatch(
  queries: Queries,
  items: Writing[],
  repeated: boolean,
): Promise<Outcome<WriteAnswer>[]> {
  /** Null for none: then the statement for them isn't even begun. */
  const numbered = (texts: (item: Writing) => string[]): string | null => {
    const all = items.flatMap((item, n) => texts(item).map((text) => `{"n":${n},${text}`))
    return all.length === 0 ? null : `[${all.join(',')}]`
  }
  const ids = items.map((item) => item.id)
  const payloads = items.flatMap((item) => item.payloads)
  const statement = payloads.length === 0 ? CHECKPOINT : CHECKPOINT_WITH_PAYLOADS
  const [row] = await queries.query<{ written: number[]; cancel_requested: number[] }>(statement, [
    `{${ids.join(',')}}`,
    ...span(ids),
    numbered((item) => [item.execution]),
    numbered((item) => (repeated ? [] : item.fresh)),
    numbered((item) => (repeated ? [...item.fresh, ...item.again] : item.again)),
    ...(payloads.length === 0 ? [] : [`[${payloads.join(',')}]`]),
  ])
  const outcomes: Outcome<WriteAnswer>[] = items.map(() => ({ ok: null }))
  for (const n of row?.written ?? []) outcomes[n] = { ok: { cancelRequested: false } }
  for (const n of row?.cancel_requested ?? []) outcomes[n] = { ok: { cancelRequested: true } }
  return outcomes
}
