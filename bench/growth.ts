import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from 'pg'
import { BenchStack, BODY } from './lib/bench-stack.ts'
import { load } from './lib/http-load.ts'
import { rounded } from './lib/latency.ts'
import { numberOption } from './lib/options.ts'
import { fillPast, pastDays } from './lib/past-executions.ts'
import { progress, report } from './lib/report.ts'
import { throughput, type Throughput } from './lib/throughput.ts'
import { publishBenchWorkflow, type LiveWorkflow } from './lib/workflow.ts'

/** As in bench:webhook. */
const STEPS_EACH = 6
const EXECUTIONS = numberOption('executions', 2_000_000)
const DAYS = 8
/** Turn by turn, so that a bad moment of the machine falls on both. */
const RUNS = 3

const sum = (values: number[]): number => values.reduce((all, value) => all + value, 0)

/** The two databases, each with a system of its own, measured in turn. */
async function inTurn(empty: Measured, full: Measured): Promise<[Throughput[], Throughput[]]> {
  const runs: [Throughput[], Throughput[]] = [[], []]
  for (let run = 0; run < RUNS; run++) {
    for (const [at, { bench, live }] of [empty, full].entries()) {
      progress(at === 0 ? 'empty' : 'full')
      runs[at]?.push(await throughput(bench, live, STEPS_EACH, 6_000, 2_500))
    }
  }
  return runs
}

interface Measured {
  bench: BenchStack
  live: LiveWorkflow
}

const rateOf = (runs: Throughput[]): number =>
  sum(runs.map(({ executionsPerS }) => executionsPerS)) / runs.length
const pairsOf = (runs: Throughput[]): number =>
  sum(runs.map(({ pairsPerS }) => pairsPerS)) / runs.length

/** Drops one day as retention does, which says no while somebody else is at the tables. Answers with how long it took. */
async function dropDay(db: Client, day: string): Promise<number> {
  for (let attempt = 1; attempt <= 20; attempt++) {
    const startedAt = performance.now()
    const { rows } = await db.query<{ dropped: boolean }>(
      'select private.drop_day($1::date) as dropped',
      [day],
    )
    if (rows[0]?.dropped === true) return performance.now() - startedAt
    await pause(500)
  }
  throw new Error(`${day} could not be dropped.`)
}

/** One execution that was really run: what the past is made like. */
async function model({ bench, live }: Measured): Promise<string> {
  await load({
    url: bench.address(live.token),
    body: BODY,
    ...{ connections: 1, milliseconds: 100 },
  })
  await bench.settle()
  const { rows } = await bench.db.query<{ id: string }>(
    `select id from public.executions where workflow_id = $1 limit 1`,
    [live.workflow],
  )
  return rows[0]?.id ?? ''
}

/** Gives a database its past. Answers with how long that took, in seconds. */
async function fill(grown: Measured, days: string[]): Promise<number> {
  const { db, stack } = grown.bench
  progress(`filling ${EXECUTIONS} executions and their steps into ${DAYS} days`)
  const startedAt = performance.now()
  const like = await model(grown)
  await fillPast(stack.databaseUrl, days, EXECUTIONS / DAYS, like, (day) => progress(`  ${day}`))
  const seconds = (performance.now() - startedAt) / 1000
  progress('analyzing')
  // As it would be after days of use: hint bits set, statistics there, nothing left to be written.
  await db.query('vacuum analyze public.executions')
  await db.query('vacuum analyze public.execution_steps')
  await db.query('checkpoint')
  await pause(3_000)
  return seconds
}

await BenchStack.use(async (bench) => {
  const { db } = bench
  const grown = { bench, live: await publishBenchWorkflow(db, STEPS_EACH - 1) }
  const days = pastDays(DAYS)
  const fillSeconds = await fill(grown, days)
  const count = () => bench.number('select count(*) as number from public.executions')
  const executions = await count()
  const gigabytes = await bench.number(
    `select pg_database_size(current_database()) / 1e9::double precision as number`,
  )
  await BenchStack.use(async (fresh) => {
    const unused = { bench: fresh, live: await publishBenchWorkflow(fresh.db, STEPS_EACH - 1) }
    const [empty, full] = await inTurn(unused, grown)
    progress('dropping a day')
    const beforeDrop = await count()
    const dropMs = await dropDay(db, days.at(-1) ?? '')
    const dropped = beforeDrop - (await count())
    report('growth', {
      executions,
      gigabytes: rounded(gigabytes, 1),
      fill_s: rounded(fillSeconds, 0),
      empty_per_s: rounded(rateOf(empty), 0),
      full_per_s: rounded(rateOf(full), 0),
      ratio: rounded(rateOf(full) / rateOf(empty)),
      empty_pairs_per_s: rounded(pairsOf(empty), 0),
      full_pairs_per_s: rounded(pairsOf(full), 0),
      drop_day_ms: rounded(dropMs, 0),
      dropped,
    })
  })
})
