import type { PgBoss } from 'pg-boss'
import type { Queries } from '../database/pool.ts'
import { retire } from './retention.ts'

const DAYS_AHEAD = 14

/** Deleted workspaces are purged in parts; what isn't done in this time is done at the next upkeep. */
const PURGE_MS = 3_000

/** So long a webhook's delivery is known again; senders give up sooner. Never longer than its execution is kept. */
const DELIVERY_DAYS = 3

/** What has to be done now and then, by anybody: partitions for the days to come, the end of old ones, pg-boss's own upkeep. */
export async function maintain(
  queries: Queries,
  boss: PgBoss,
  retentionDays: number,
): Promise<void> {
  await queries.query(
    `select private.ensure_partitions(
       (now() at time zone 'UTC')::date, (now() at time zone 'UTC')::date + ${DAYS_AHEAD}
     )`,
  )
  await retire(queries, retentionDays)
  await queries.query(
    `delete from private.webhook_deliveries where received_at < now() - $1 * interval '1 day'`,
    [Math.min(DELIVERY_DAYS, retentionDays)],
  )
  await queries.query(`select private.clear_rate_buckets()`)
  await purge(queries)
  await boss.supervise()
}

/** Removes what is left of deleted workspaces that can't be restored any more, each part in a commit of its own. */
async function purge(queries: Queries): Promise<void> {
  const late = Date.now() + PURGE_MS
  for (let left = 1; left > 0 && Date.now() < late;) {
    const [row] = await queries.query<{ left: number }>(
      `select private.purge_workspaces() as left`,
      [],
    )
    left = row?.left ?? 0
  }
}
