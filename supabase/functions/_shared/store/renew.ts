import type { Connection } from '../database/connection.ts'
import { LEASE_SECONDS } from './lease.ts'
import type { ExecutionId } from '../../../../src/lib/engine/ids.ts'
import type { Lease, Renewed } from '../../../../src/lib/engine/store.ts'

// Keeps leases alive, all of a process' at once. What doesn't come back is lost.
const RENEW = `
update public.executions e
set lease_until = now() + interval '${LEASE_SECONDS} s'
from unnest($1::uuid[], $2::integer[]) as l (id, number)
where e.id = any ($1::uuid[])
  and e.id = l.id
  and e.lease_number = l.number
  and e.status = 'running'
returning e.id, e.cancel_requested_at is not null as cancel_requested, e.paused_at is not null as pause_requested`

/** What became of leases: those that don't come back in the answer are lost. */
export async function renewLeases(connection: Connection, leases: Lease[]): Promise<Renewed> {
  const ids = leases.map((lease) => lease.execution)
  const rows = await connection.query<{
    id: ExecutionId
    cancel_requested: boolean
    pause_requested: boolean
  }>(RENEW, [ids, leases.map((lease) => lease.number)])
  const held = new Set(rows.map((row) => row.id))
  return {
    lost: ids.filter((id) => !held.has(id)),
    cancelRequested: rows.filter((row) => row.cancel_requested).map((row) => row.id),
    pauseRequested: rows.filter((row) => row.pause_requested).map((row) => row.id),
  }
}
