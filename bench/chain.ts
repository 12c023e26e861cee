import { BenchStack, BODY } from './lib/bench-stack.ts'
import { load } from './lib/http-load.ts'
import { percentile, rounded } from './lib/latency.ts'
import { progress, report } from './lib/report.ts'
import { publishBenchWorkflow } from './lib/workflow.ts'

/** 40 steps in a row behind a webhook that answers when the last one is written down. */
const STEPS = 40
const MS = 8_000

await BenchStack.use(async (bench) => {
  const live = await publishBenchWorkflow(bench.db, STEPS, 'result')
  const plan = { url: bench.address(live.token), body: BODY, connections: 1 }
  progress('warming up')
  await load({ ...plan, milliseconds: 3_000 })
  progress('commit')
  const commitBefore = await bench.commit()
  progress('one execution after the other')
  const since = Date.now()
  const { latencies, statuses } = await load({ ...plan, milliseconds: MS })
  const finished = await bench.finished(live.workflow, STEPS + 1, since)
  const commit = (commitBefore + (await bench.commit())) / 2
  const ms = percentile(latencies, 0.5)
  report('chain', {
    steps: STEPS,
    ms: rounded(ms),
    p99_ms: rounded(percentile(latencies, 0.99)),
    commit_p50_ms: rounded(commit, 3),
    commits: rounded(ms / commit),
    executions: latencies.length,
    finished,
    not_answered: latencies.length - (statuses.get(200) ?? 0),
  })
})
