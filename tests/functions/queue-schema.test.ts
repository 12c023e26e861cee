import { readFileSync } from 'node:fs'
import { Client } from 'pg'
import { getConstructionPlans, PgBoss } from 'pg-boss'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestStack } from '../../local/testing.ts'
import type { Stack } from '../../local/stack.ts'

const MIGRATION = new URL('../../supabase/migrations/20261123000800_pgboss.sql', import.meta.url)

let stack: Stack
let db: Client

beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
  db = new Client({ connectionString: stack.engineDatabaseUrl })
  await db.connect()
})
afterAll(async () => {
  await db.end()
  await stack.stop()
})

const boss = () =>
  new PgBoss({
    db: { executeSql: (text, values) => db.query(text, values) },
    schema: 'pgboss',
    migrate: false,
    createSchema: false,
    schedule: false,
    supervise: false,
    registerInstance: false,
  })

/** pg-boss's own plan, without the transaction around it (migrations run in one) and without spaces at line ends. */
const plan = (): string =>
  getConstructionPlans('pgboss')
    .replace(/^[\s\S]*?(?=CREATE SCHEMA)/, '')
    .replace(/\s*COMMIT;\s*$/, '')
    .replace(/[ \t]+$/gm, '')
    .trim()

test('the migration is what the installed pg-boss would make itself', () => {
  const text = readFileSync(MIGRATION, 'utf8')
  expect(/-- <pg-boss>\n([\s\S]*)\n-- <\/pg-boss>/.exec(text)?.[1]).toBe(plan())
})

test('the installed pg-boss finds its schema as it wants it, as the engine’s role', async () => {
  const queue = boss()
  await queue.start()
  expect(await queue.detectSchemaDrift()).toMatchObject({ ok: true })
  await queue.stop({ graceful: false })
})

test('the jobs that our own statements insert are like those that pg-boss inserts', async () => {
  const queue = boss()
  await queue.start()
  await queue.send(
    'resume',
    { execution: 'from pg-boss' },
    { startAfter: new Date(Date.now() + 60_000) },
  )
  await db.query(
    `insert into pgboss.job (
       name, data, start_after, keep_until, created_on, policy,
       retry_limit, retry_delay, retry_backoff, expire_seconds, deletion_seconds
     )
     select q.name, '{"execution": "ours"}', now() + interval '60 s', now() + interval '60 s' + q.retention_seconds * interval '1 s',
            now(), q.policy, q.retry_limit, q.retry_delay, q.retry_backoff, q.expire_seconds, q.deletion_seconds
     from pgboss.queue q where q.name = 'resume'`,
  )
  const { rows } = await db.query<{ job: Record<string, unknown> }>(
    `select to_jsonb(j) - 'id' - 'data' - 'start_after' - 'keep_until' - 'created_on'
            || jsonb_build_object('kept', extract(epoch from keep_until - start_after)::integer) as job
     from pgboss.job j where name = 'resume'`,
  )
  expect(rows).toHaveLength(2)
  expect(rows[0]?.job).toEqual(rows[1]?.job)
  await queue.stop({ graceful: false })
})

test('a job of the queue is fetched and cleared by the engine’s role', async () => {
  const queue = boss()
  await queue.start()
  await queue.send('schedule', { trigger: 't', at: 'now' }, { singletonKey: 't@now' })
  await queue.send('schedule', { trigger: 't', at: 'now' }, { singletonKey: 't@now' })
  const jobs = await queue.fetch('schedule', { batchSize: 10 })
  expect(jobs).toHaveLength(1)
  await queue.deleteJob(
    'schedule',
    jobs.map((job) => job.id),
  )
  expect(await queue.findJobs('schedule')).toEqual([])
  await queue.supervise()
  await queue.stop({ graceful: false })
})
