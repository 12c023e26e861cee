import { PgBoss } from 'pg-boss'
import { isOutage } from '../database/outage.ts'
import type { Pool } from '../database/pool.ts'

/** The queues that supabase/migrations makes. */
export type QueueName = 'resume' | 'schedule' | 'replay' | 'approval_mail' | 'mention_mail'

/**
 * pg-boss on our own connections. It doesn't migrate (supabase/migrations has its schema), keep schedules (schedules.ts:
 * it has minute grain and no catch-up) or rebuild indexes (the engine's role doesn't own them).
 */
export async function openBoss(pool: Pool): Promise<PgBoss> {
  const boss = new PgBoss({
    schema: 'pgboss',
    db: {
      executeSql: async (text, values) => ({
        rows:
          values === undefined || values.length === 0
            ? await pool.script(text)
            : await pool.query(text, values),
      }),
    },
    migrate: false,
    createSchema: false,
    schedule: false,
    // Its timers run in every process; ours run in the worker (maintenance.ts).
    supervise: false,
    registerInstance: false,
    reindex: false,
    openTelemetry: { enabled: false },
  })
  boss.on('error', (problem) => {
    if (!isOutage(problem)) console.error('weft: pg-boss reports a problem', problem)
  })
  await boss.start()
  return boss
}
