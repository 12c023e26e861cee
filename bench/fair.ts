import { BenchStack, BODY } from './lib/bench-stack.ts'
import { load, openLoad } from './lib/http-load.ts'
import { percentile, rounded } from './lib/latency.ts'
import { progress, report } from './lib/report.ts'
import { publishBenchWorkflow, type LiveWorkflow } from './lib/workflow.ts'

const PER_SECOND = 10
const ALONE_MS = 25_000
const FLOODED_MS = 35_000
const FLOOD_CONNECTIONS = 50
const STEPS = 5

/** What somebody who sends a few requests sees. */
interface Seen {
  /** From the moment a request was due to its answer, in milliseconds. */
  answers: number[]
  /** From the same moment to the end of its execution, by Postgres' clock, which is the same machine's. */
  ends: number[]
  refused: number
}

/** Sends 10 requests a second and looks when each one's execution was over. */
async function quiet(bench: BenchStack, live: LiveWorkflow, milliseconds: number): Promise<Seen> {
  const dueOf = new Map<string, number>()
  const { latencies } = await openLoad({
    ...{ url: bench.address(live.token), body: BODY, connections: 20 },
    ...{ perSecond: PER_SECOND, milliseconds },
    onAnswer(dueAt, status, body) {
      if (status !== 202) return
      const { execution } = JSON.parse(body.toString()) as { execution: string }
      dueOf.set(execution, dueAt)
    },
  })
  const ends: number[] = []
  for (const late = Date.now() + 60_000; Date.now() < late;) {
    const { rows } = await bench.db.query<{ id: string; at: number }>(
      `select id, extract(epoch from finished_at)::double precision * 1000 as at
       from public.executions where id = any ($1::uuid[]) and status = 'succeeded'`,
      [[...dueOf.keys()]],
    )
    for (const { id, at } of rows) {
      ends.push(at - (dueOf.get(id) ?? at))
      dueOf.delete(id)
    }
    if (dueOf.size === 0) break
    await new Promise((done) => setTimeout(done, 200))
  }
  if (dueOf.size > 0) throw new Error(`${dueOf.size} quiet executions were not over in a minute.`)
  return { answers: latencies, ends, refused: latencies.length - ends.length }
}

await BenchStack.use(async (bench) => {
  const noisy = await publishBenchWorkflow(bench.db, STEPS)
  const live = await publishBenchWorkflow(bench.db, STEPS)
  const plan = { url: bench.address(noisy.token), body: BODY, connections: FLOOD_CONNECTIONS }
  progress('warming up')
  await load({ ...plan, milliseconds: 3_000 })
  await quiet(bench, live, 2_000)
  await bench.settle()
  progress('the quiet workspace alone')
  const alone = await quiet(bench, live, ALONE_MS)
  progress('while another one floods')
  const flood = load({ ...plan, milliseconds: FLOODED_MS + 4_000 })
  await new Promise((done) => setTimeout(done, 2_000))
  const flooded = await quiet(bench, live, FLOODED_MS)
  const { statuses, latencies, milliseconds } = await flood
  await bench.settle()

  const of = (measured: number[], share: number) => rounded(percentile(measured, share))
  report('fair', {
    quiet_per_s: PER_SECOND,
    alone_p50_ms: of(alone.ends, 0.5),
    alone_p99_ms: of(alone.ends, 0.99),
    flooded_p50_ms: of(flooded.ends, 0.5),
    flooded_p99_ms: of(flooded.ends, 0.99),
    ratio: rounded(percentile(flooded.ends, 0.99) / percentile(alone.ends, 0.99)),
    alone_answer_p99_ms: of(alone.answers, 0.99),
    flooded_answer_p99_ms: of(flooded.answers, 0.99),
    answer_ratio: rounded(percentile(flooded.answers, 0.99) / percentile(alone.answers, 0.99)),
    quiet_refused: alone.refused + flooded.refused,
    flood_per_s: rounded((statuses.get(202) ?? 0) / (milliseconds / 1000), 0),
    flood_refused: latencies.length - (statuses.get(202) ?? 0),
  })
})
