import type { Queries } from '../database/pool.ts'

/** Days that fall due at once are few, but after a change of the setting there may be a year of them. */
const DAYS_AT_ONCE = 7

const DUE = `
select day::text
from private.days_before((now() at time zone 'UTC')::date - $1::integer) as day
limit ${DAYS_AT_ONCE}`

const DROP = 'select private.drop_day($1::date) as dropped'

// What outlived its day and ended since is kept as long as all others: from its end on.
const CLEAR = `select private.clear_old(now() - $1::integer * interval '1 day')`

// What a workflow keeps for a shorter time goes in small parts, each in a commit of its own. One upkeep has so much time for
// it: what is left then has its turn at the next.
const SHORT_LIVED_AT_ONCE = 500
const SHORT_LIVED_MS = 3_000
const CLEAR_SHORT_LIVED = 'select private.clear_short_lived($1) as cleared'

// The audit log has a time of its own (400 days), which no setting shortens.
const CLEAR_AUDIT = 'select private.clear_audit()'

/** Drops the days that have been kept for long enough. One that can't be dropped now has its turn at the next upkeep. */
export async function retire(queries: Queries, retentionDays: number): Promise<void> {
  const due = await queries.query<{ day: string }>(DUE, [retentionDays])
  // Each in a transaction of its own: the tables are held for as short as can be.
  for (const { day } of due) await queries.query<{ dropped: boolean }>(DROP, [day])
  await queries.query(CLEAR, [retentionDays])
  await clearShortLived(queries)
  await queries.query(CLEAR_AUDIT, [])
}

/** Removes what is older than its own workflow's settings keep it. */
async function clearShortLived(queries: Queries): Promise<void> {
  const late = Date.now() + SHORT_LIVED_MS
  for (let cleared = SHORT_LIVED_AT_ONCE; cleared >= SHORT_LIVED_AT_ONCE && Date.now() < late;) {
    const [row] = await queries.query<{ cleared: number }>(CLEAR_SHORT_LIVED, [SHORT_LIVED_AT_ONCE])
    cleared = row?.cleared ?? 0
  }
}
