import { Client } from 'pg'
import { startTestStack } from '../local/testing.ts'
import { load } from './lib/http-load.ts'
import { percentile, rounded } from './lib/latency.ts'
import { commitLatencies, pairsPerSecond, preparePairs } from './lib/pairs.ts'
import { progress, report } from './lib/report.ts'
import { publishBenchWorkflow } from './lib/workflow.ts'

const CONNECTIONS = 50
const LOAD_MS = 10_000
const PAIRS_MS = 5_000
const ALONE_MS = 4_000

const BODY = JSON.stringify({
  name: 'Ada Lovelace',
  email: 'ada@example.org',
  amount: 17,
  items: [{ sku: 'A-1', count: 2 }],
})

/** webhook -> 5 set-variables nodes, answered on accept; trigger and nodes make six step rows. */
const STEPS_EACH = 6

/** Executions whose own row says "succeeded" and whose six steps are all there. */
async function finished(db: Client): Promise<number> {
  const { rows } = await db.query<{ finished: number }>(
    `select count(*)::integer as finished
     from public.executions e
     join (
       select execution_id, count(*) as steps
       from public.execution_steps where status = 'succeeded'
       group by execution_id
     ) s on s.execution_id = e.id
     where e.status = 'succeeded' and s.steps = $1`,
    [STEPS_EACH],
  )
  return rows[0]?.finished ?? 0
}

/** Cheap to ask again and again while waiting for the last ones. */
async function open(db: Client): Promise<number> {
  const { rows } = await db.query<{ open: number }>(
    `select count(*)::integer as open from public.executions where status in ('queued', 'running')`,
  )
  return rows[0]?.open ?? 0
}

async function settle(db: Client): Promise<void> {
  while ((await open(db)) > 0) await new Promise((done) => setTimeout(done, 5))
}

/** Runs the whole benchmark on a stack of its own, with durable commits. */
async function bench(): Promise<void> {
  const stack = await startTestStack({ durable: true, worker: 1 })
  const db = new Client({ connectionString: stack.databaseUrl })
  await db.connect()
  try {
    const token = await publishBenchWorkflow(db, STEPS_EACH - 1)
    await preparePairs(db)
    const url = `${stack.functionsUrl}/webhook/${token}`
    const pairs = () => pairsPerSecond(stack.databaseUrl, CONNECTIONS, PAIRS_MS)
    const atOnce = (connections: number, milliseconds: number) =>
      load({ url, body: BODY, connections, milliseconds })

    progress('warming up')
    await atOnce(CONNECTIONS, 3_000)
    await settle(db)
    progress('pairs, before')
    const pairsBefore = await pairs()
    progress(`webhook at ${CONNECTIONS} connections`)
    const before = await finished(db)
    const startedAt = performance.now()
    const busy = await atOnce(CONNECTIONS, LOAD_MS)
    await settle(db)
    const seconds = (performance.now() - startedAt) / 1000
    const done = (await finished(db)) - before
    progress('pairs, after')
    const pairsAfter = await pairs()
    progress('webhook at 1 connection')
    const commit = await commitLatencies(stack.databaseUrl, ALONE_MS / 2)
    const alone = await atOnce(1, ALONE_MS)
    await settle(db)

    const pairsEach = (pairsBefore + pairsAfter) / 2
    const rate = done / seconds
    report('webhook', {
      executions_per_s: rounded(rate, 0),
      pairs_per_s: rounded(pairsEach, 0),
      ratio: rounded(rate / pairsEach),
      p50_ms_at_1: rounded(percentile(alone.latencies, 0.5)),
      p99_ms_at_1: rounded(percentile(alone.latencies, 0.99)),
      p50_ms_at_50: rounded(percentile(busy.latencies, 0.5)),
      p99_ms_at_50: rounded(percentile(busy.latencies, 0.99)),
      accepted: busy.statuses.get(202) ?? 0,
      finished: done,
      refused: busy.latencies.length - (busy.statuses.get(202) ?? 0),
      p50_commits_at_1: rounded(percentile(alone.latencies, 0.5) / percentile(commit, 0.5)),
    })
  } finally {
    await db.end()
    await stack.stop()
  }
}

await bench()
