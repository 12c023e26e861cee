import type { PgBoss } from 'pg-boss'
import type { Queries } from '../database/pool.ts'
import type { QueueName } from './boss.ts'

/** At most so many jobs are fetched at once. */
export const FETCH_AT_ONCE = 200

// What is due, and when the next is: two looks into pg-boss's index job_i14 (name, state, blocked, start_after).
// Asked instead of fetching on suspicion: a fetch that finds fewer than it may reads past every job that isn't due yet
// (50,000 sleepers: 12 ms a fetch, 0.1 ms this).
const DUE = `
select
  (
    select count(*)::integer
    from (
      select
      from pgboss.job
      where name = $1 and state in ('created', 'retry') and not blocked and start_after <= now()
      limit ${FETCH_AT_ONCE}
    ) as due
  ) as due,
  (
    select extract(epoch from min(start_after) - now()) * 1000
    from pgboss.job
    where name = $1 and state = 'created' and not blocked and start_after > now()
  ) as next_in_ms`

/** A fetched job of ours. */
export interface DueJob<Data> {
  id: string
  data: Data
}

/** Fetches what is due, at most so much; `nextInMs` is when to ask again for what is known now. */
export async function fetchDue<Data>(
  queries: Queries,
  boss: PgBoss,
  queue: QueueName,
  atMost = FETCH_AT_ONCE,
): Promise<{ jobs: DueJob<Data>[]; nextInMs: number }> {
  const [row] = await queries.query<{ due: number; next_in_ms: string | null }>(DUE, [queue])
  const nextInMs = row?.next_in_ms == null ? Infinity : Math.max(0, Number(row.next_in_ms))
  if (row === undefined || row.due === 0) return { jobs: [], nextInMs }
  const jobs = await boss.fetch<Data>(queue, { batchSize: Math.min(row.due, atMost) })
  return { jobs, nextInMs: 0 }
}
