import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { startTestStack } from '../../local/testing.ts'
import type { Stack, StackOptions } from '../../local/stack.ts'
import { commitLatencies, insertLatenciesAt, pairsPerSecond, preparePairs } from './pairs.ts'
import { percentile } from './latency.ts'

/** What every webhook of the benchmarks is sent. */
export const BODY = JSON.stringify({
  name: 'Ada Lovelace',
  email: 'ada@example.org',
  amount: 17,
  items: [{ sku: 'A-1', count: 2 }],
})

/** The yardsticks' connections. */
const PAIRS_CONNECTIONS = 50

/** A stack of a benchmark's own, with the yardsticks on the same Postgres. */
export class BenchStack {
  readonly stack: Stack
  readonly db: Client

  private constructor(stack: Stack, db: Client) {
    this.stack = stack
    this.db = db
  }

  /** Starts one with durable commits, and stops it whatever happens. */
  static async use(
    work: (bench: BenchStack) => Promise<void>,
    options: Partial<StackOptions> = {},
  ): Promise<void> {
    const stack = await startTestStack({ durable: true, worker: 1, ...options })
    try {
      const db = new Client({ connectionString: stack.databaseUrl })
      await db.connect()
      try {
        await preparePairs(db)
        await recycleLog(db)
        await work(new BenchStack(stack, db))
      } finally {
        await db.end()
      }
    } finally {
      await stack.stop()
    }
  }

  /** A webhook's address at Deno itself. */
  address(token: string): string {
    return `${this.stack.functionsUrl}/webhook/${token}`
  }

  /** `pairs`: raw insert-commit-then-update-commit pairs per second. */
  async pairs(milliseconds = 5_000): Promise<number> {
    return await pairsPerSecond(this.stack.databaseUrl, PAIRS_CONNECTIONS, milliseconds)
  }

  /** `commit`: the p50 of one raw insert alone, in milliseconds. */
  async commit(milliseconds = 2_000): Promise<number> {
    return percentile(await commitLatencies(this.stack.databaseUrl, milliseconds), 0.5)
  }

  /** Milliseconds of raw inserts, one a commit, due at a fixed rate. */
  async insertsAt(perSecond: number, milliseconds: number): Promise<number[]> {
    return await insertLatenciesAt(this.stack.databaseUrl, perSecond, milliseconds)
  }

  async number(sql: string, values: unknown[] = []): Promise<number> {
    const { rows } = await this.db.query<{ number: number }>(sql, values)
    return Number(rows[0]?.number ?? NaN)
  }

  /** Waits until nothing runs any more. Cheap to ask: there's an index of what is open. */
  async settle(): Promise<void> {
    const open = `select count(*) as number from public.executions where status in ('queued', 'running')`
    while ((await this.number(open)) > 0) await pause(5)
  }

  /** Executions of a workflow whose own row says "succeeded" and whose steps are all there, made since a moment. */
  async finished(workflow: string, steps: number, since = 0): Promise<number> {
    // Executions since then only: ids begin with their time.
    return await this.number(
      `select count(*) as number
       from public.executions e
       where e.workflow_id = $1
         and e.id >= private.uuid_v7_floor(to_timestamp($3::double precision / 1000))
         and e.status = 'succeeded'
         and (
           select count(*) from public.execution_steps s
           where s.execution_id = e.id and s.status = 'succeeded'
         ) = $2`,
      [workflow, steps, since],
    )
  }
}

/** Log files of 16 MB, more than a benchmark fills between two checkpoints. */
const LOG_FILES = 60

/**
 * Brings a new Postgres to where one under load is after its first checkpoint: it writes into log files that it has had
 * before. A new one makes each file when it gets there, and every commit waits some 50 ms for that, once in 4,000
 * executions (https://www.postgresql.org/docs/current/wal-configuration.html, on recycling).
 */
async function recycleLog(db: Client): Promise<void> {
  await db.query(`alter system set min_wal_size = '${LOG_FILES * 16}MB'`)
  await db.query('select pg_reload_conf()')
  for (let file = 0; file < LOG_FILES; file++) {
    await db.query(
      `select pg_logical_emit_message(true, 'bench', 'a log file with something in it')`,
    )
    await db.query('select pg_switch_wal()')
  }
  await db.query('checkpoint')
}
