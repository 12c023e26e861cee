import type { Lease } from '../../../../src/lib/engine/store.ts'
import type { Queries } from '../database/pool.ts'

// Gives leases up before they run out, so that whoever looks next takes over at once. The number stays: it's the
// taking over that shuts us out.
const HAND_BACK = `
update public.executions e
set lease_until = now() - interval '1 s'
from unnest($1::uuid[], $2::integer[]) as l (id, number)
where e.id = any ($1::uuid[])
  and e.id = l.id
  and e.lease_number = l.number
  and e.status = 'running'`

/** Leaves executions to others, e.g. because this process is about to end. */
export async function handBack(queries: Queries, leases: Lease[]): Promise<void> {
  if (leases.length === 0) return
  await queries.query(HAND_BACK, [
    leases.map((lease) => lease.execution),
    leases.map((lease) => lease.number),
  ])
}
