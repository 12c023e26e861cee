import { BenchStack, BODY } from './lib/bench-stack.ts'
import { load, openLoad } from './lib/http-load.ts'
import { percentile, rounded } from './lib/latency.ts'
import { progress, report } from './lib/report.ts'
import { throughput } from './lib/throughput.ts'
import { publishBenchWorkflow } from './lib/workflow.ts'

/** webhook -> 5 set-variables nodes, answered on accept; trigger and nodes make six step rows. */
const STEPS_EACH = 6
const ALONE_MS = 4_000
const HALF_MS = 10_000
const HALF_WARM_MS = 2_000
const INSERTS_MS = 5_000
/** Enough for every request to find one free, unless the server has stalled. */
const HALF_CONNECTIONS = 100

await BenchStack.use(async (bench) => {
  const live = await publishBenchWorkflow(bench.db, STEPS_EACH - 1)
  const plan = { url: bench.address(live.token), body: BODY }
  const {
    executionsPerS,
    pairsPerS,
    finished,
    load: busy,
  } = await throughput(bench, live, STEPS_EACH)
  progress('webhook at 1 connection')
  const commitBefore = await bench.commit()
  const alone = await load({ ...plan, connections: 1, milliseconds: ALONE_MS })
  await bench.settle()
  const commitBetween = await bench.commit()
  progress('webhook at half of the highest rate')
  const halfOf = (milliseconds: number) =>
    openLoad({
      ...{ ...plan, connections: HALF_CONNECTIONS, milliseconds },
      perSecond: executionsPerS / 2,
    })
  // The generator's own first run of this: its first 50 ms alone would be more than a hundredth of all answers.
  await halfOf(HALF_WARM_MS)
  await bench.settle()
  const half = await halfOf(HALF_MS)
  await bench.settle()
  // The tail that a plain insert has at the same rate.
  const inserts = await bench.insertsAt(executionsPerS / 2, INSERTS_MS)
  // The yardstick on both sides of what it measures: machines change their mind.
  const commitAtOne = (commitBefore + commitBetween) / 2
  const commitAtHalf = (commitBetween + (await bench.commit())) / 2

  const accepted = busy.statuses.get(202) ?? 0
  report('webhook', {
    executions_per_s: rounded(executionsPerS, 0),
    pairs_per_s: rounded(pairsPerS, 0),
    ratio: rounded(executionsPerS / pairsPerS),
    p50_ms_at_1: rounded(percentile(alone.latencies, 0.5)),
    p99_ms_at_1: rounded(percentile(alone.latencies, 0.99)),
    p50_ms_at_50: rounded(percentile(busy.latencies, 0.5)),
    p99_ms_at_50: rounded(percentile(busy.latencies, 0.99)),
    accepted,
    finished,
    refused: busy.latencies.length - accepted,
    commit_p50_ms: rounded(commitAtOne, 3),
    p50_commits_at_1: rounded(percentile(alone.latencies, 0.5) / commitAtOne),
    half_rate_per_s: rounded(executionsPerS / 2, 0),
    p50_ms_at_half_rate: rounded(percentile(half.latencies, 0.5)),
    p99_ms_at_half_rate: rounded(percentile(half.latencies, 0.99)),
    refused_at_half_rate: half.latencies.length - (half.statuses.get(202) ?? 0),
    p99_commits_at_half_rate: rounded(percentile(half.latencies, 0.99) / commitAtHalf),
    inserts_p99_commits_at_half_rate: rounded(percentile(inserts, 0.99) / commitAtHalf),
  })
})
