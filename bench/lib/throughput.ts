import type { BenchStack } from './bench-stack.ts'
import { BODY } from './bench-stack.ts'
import { load, type LoadResult } from './http-load.ts'
import { progress } from './report.ts'
import type { LiveWorkflow } from './workflow.ts'

/** How fast a webhook's executions are made and finished, durably, beside the yardstick. */
export interface Throughput {
  executionsPerS: number
  pairsPerS: number
  finished: number
  load: LoadResult
}

const CONNECTIONS = 50

/** Closed loop over 50 connections until all of it is finished, with `pairs` measured before and after. */
export async function throughput(
  bench: BenchStack,
  live: LiveWorkflow,
  steps: number,
  milliseconds = 10_000,
  pairsMilliseconds = 5_000,
): Promise<Throughput> {
  const plan = { url: bench.address(live.token), body: BODY, connections: CONNECTIONS }
  progress('warming up')
  await load({ ...plan, milliseconds: 3_000 })
  await bench.settle()
  progress('pairs, before')
  const pairsBefore = await bench.pairs(pairsMilliseconds)
  progress(`webhook at ${CONNECTIONS} connections`)
  const since = Date.now()
  const startedAt = performance.now()
  const busy = await load({ ...plan, milliseconds })
  await bench.settle()
  const seconds = (performance.now() - startedAt) / 1000
  const finished = await bench.finished(live.workflow, steps, since)
  progress('pairs, after')
  const pairsAfter = await bench.pairs(pairsMilliseconds)
  return {
    executionsPerS: finished / seconds,
    pairsPerS: (pairsBefore + pairsAfter) / 2,
    finished,
    load: busy,
  }
}
