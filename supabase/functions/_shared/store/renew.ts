import type { Connection } from '../database/connection.ts'
import { LEASE_SECONDS } from './lease.ts'
import type { Lease } from '../../../../src/lib/engine/store.ts'

// Keeps leases alive, all of a process' at once. What doesn't come back is lost.
const RENEW = `
update public.executions e
set lease_until = now() + interval '${LEASE_SECONDS} s'
from unnest($1::uuid[], $2::integer[]) as l (id, number)
where e.id = any ($1::uuid[])
  and e.id = l.id
  and e.lease_number = l.number
  and e.status = 'running'
returning e.id, e.cancel_requested_at is not null as cancel_requested`

/** The executions that are still ours, and whether somebody wants them to stop. */
export async function renewLeases(
  connection: Connection,
  leases: Lease[],
): Promise<Map<string, { cancelRequested: boolean }>> {
  const rows = await connection.query<{ id: string; cancel_requested: boolean }>(RENEW, [
    leases.map((lease) => lease.execution),
    leases.map((lease) => lease.number),
  ])
  return new Map(rows.map((row) => [row.id, { cancelRequested: row.cancel_requested }]))
}
