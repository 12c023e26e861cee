import type { PgBoss } from 'pg-boss'
import type { Queries } from '../database/pool.ts'
import { retire } from './retention.ts'

const DAYS_AHEAD = 14

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
  await boss.supervise()
}
