import { BenchStack, BODY } from './lib/bench-stack.ts'
import { load } from './lib/http-load.ts'
import { percentile, rounded } from './lib/latency.ts'
import { progress, report } from './lib/report.ts'
import { throughput } from './lib/throughput.ts'
import { publishBenchWorkflow } from './lib/workflow.ts'

/** webhook -> 10 set-variables nodes, answered by their result; trigger and nodes make eleven step rows. */
const STEPS_EACH = 11
const ALONE_MS = 4_000

await BenchStack.use(async (bench) => {
  const live = await publishBenchWorkflow(bench.db, STEPS_EACH - 1, 'result')
  const {
    executionsPerS,
    pairsPerS,
    finished,
    load: busy,
  } = await throughput(bench, live, STEPS_EACH)
  progress('at 1 connection')
  const commitBefore = await bench.commit()
  const plan = { url: bench.address(live.token), body: BODY }
  const alone = await load({ ...plan, connections: 1, milliseconds: ALONE_MS })
  const commit = (commitBefore + (await bench.commit())) / 2
  const answered = busy.statuses.get(200) ?? 0
  report('sync', {
    executions_per_s: rounded(executionsPerS, 0),
    pairs_per_s: rounded(pairsPerS, 0),
    ratio: rounded(executionsPerS / pairsPerS),
    p50_ms_at_1: rounded(percentile(alone.latencies, 0.5)),
    p99_ms_at_1: rounded(percentile(alone.latencies, 0.99)),
    p50_ms_at_50: rounded(percentile(busy.latencies, 0.5)),
    p99_ms_at_50: rounded(percentile(busy.latencies, 0.99)),
    answered,
    finished,
    not_answered: busy.latencies.length - answered,
    commit_p50_ms: rounded(commit, 3),
    p50_commits_at_1: rounded(percentile(alone.latencies, 0.5) / commit),
  })
})
