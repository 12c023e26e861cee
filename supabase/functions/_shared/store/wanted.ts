import type { ExecutionId } from '../../../../src/lib/engine/ids.ts'
import type { Renewed } from '../../../../src/lib/engine/store.ts'
import type { Connection } from '../database/connection.ts'

// Which of a process' executions somebody wants to stop or rest: by the primary key, reading only. Asked once a second
// for all that run at that moment; renewing their leases, which writes, is for fewer of them and less often.
const WANTED = `
select e.id, e.cancel_requested_at is not null as cancel_requested, e.paused_at is not null as pause_requested
from public.executions e
where e.id = any ($1::uuid[])
  and (e.cancel_requested_at is not null or e.paused_at is not null)`

/** What people want of executions that run here. */
export async function whatIsWanted(
  connection: Connection,
  ids: ExecutionId[],
): Promise<Omit<Renewed, 'lost'>> {
  const rows = await connection.query<{
    id: ExecutionId
    cancel_requested: boolean
    pause_requested: boolean
  }>(WANTED, [ids])
  return {
    cancelRequested: rows.filter((row) => row.cancel_requested).map((row) => row.id),
    pauseRequested: rows.filter((row) => row.pause_requested).map((row) => row.id),
  }
}
