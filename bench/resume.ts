import { setTimeout as pause } from 'node:timers/promises'
import { BenchStack } from './lib/bench-stack.ts'
import { row, set, webhook } from './lib/drawing.ts'
import { load } from './lib/http-load.ts'
import { rounded } from './lib/latency.ts'
import { numberOption } from './lib/options.ts'
import { processorSeconds } from './lib/processor-time.ts'
import { progress, report } from './lib/report.ts'
import { openWorkspace, publish, type LiveWorkflow } from './lib/workflow.ts'

/** So many executions wait, and are due at the same moment. */
const SLEEPERS = numberOption('sleepers', 50_000)
const WORKERS = numberOption('workers', 1)
const IDLE_MS = 20_000
const CONNECTIONS = 50
/** Longer than filling may take; the sleepers' moment is written into them before. */
const SLOWEST_PER_S = 500

const NAP = {
  id: 'nap',
  type: 'logic.delay',
  config: { mode: 'until', until: '{{ steps.webhook.body.until }}' },
}

/** Sends them all to sleep until a moment. */
async function fill(bench: BenchStack, live: LiveWorkflow, until: Date, count: number) {
  const { statuses } = await load({
    url: bench.address(live.token),
    body: JSON.stringify({ until: until.toISOString() }),
    ...{ connections: CONNECTIONS, milliseconds: Infinity, requests: count },
  })
  await bench.settle()
  return statuses.get(202) ?? 0
}

const counted = (bench: BenchStack, live: LiveWorkflow, status: string) =>
  bench.number(
    `select count(*) as number from public.executions where workflow_id = $1 and status = $2`,
    [live.workflow, status],
  )

await BenchStack.use(
  async (bench) => {
    const workspace = await openWorkspace(bench.db)
    const drawn = row(webhook(), NAP, set('after', { done: true }))
    progress('warming up, and seeing how fast they can be put to sleep')
    const warm = await publish(bench.db, workspace, drawn, 'Warm up')
    const startedAt = performance.now()
    await fill(bench, warm, new Date(Date.now() + 8_000), 3_000)
    const perS = Math.max(SLOWEST_PER_S, 3_000 / ((performance.now() - startedAt) / 1000))
    // They wake, too, so that nothing is done for the first time later.
    while ((await counted(bench, warm, 'succeeded')) < 3_000) await pause(100)
    progress('pairs, before')
    const pairsBefore = await bench.pairs()

    const due = new Date(Date.now() + (SLEEPERS / perS) * 1.4 * 1000 + IDLE_MS + 15_000)
    progress(`${SLEEPERS} fall asleep until ${due.toISOString()}`)
    const live = await publish(bench.db, workspace, drawn)
    const sleepers = await fill(bench, live, due, SLEEPERS)
    // What filling left to do would otherwise be done some time while we look.
    await bench.db.query('vacuum analyze public.executions')
    await bench.db.query('vacuum analyze public.execution_steps')
    await bench.db.query('vacuum analyze pgboss.job')
    await bench.db.query('checkpoint')
    await pause(2_000)
    if (Date.now() + IDLE_MS > due.getTime())
      throw new Error('They were due before all of them slept: this machine is too busy.')
    progress(`${await counted(bench, live, 'waiting')} wait; processor time of nothing to do`)
    const before = processorSeconds(bench.stack)
    const idleFrom = performance.now()
    await pause(IDLE_MS)
    const busySeconds = processorSeconds(bench.stack) - before
    const idlePercent = (busySeconds / ((performance.now() - idleFrom) / 1000)) * 100

    await pause(Math.max(0, due.getTime() - Date.now()))
    progress('all are due')
    const late = Date.now() + 120_000
    while ((await counted(bench, live, 'succeeded')) < sleepers && Date.now() < late)
      await pause(500)
    const resumed = await counted(bench, live, 'succeeded')
    const seconds = await bench.number(
      `select extract(epoch from max(finished_at) - $2::timestamptz) as number
       from public.executions where workflow_id = $1`,
      [live.workflow, due.toISOString()],
    )
    const finished = await bench.finished(live.workflow, 3)
    progress('pairs, after')
    const pairs = (pairsBefore + (await bench.pairs())) / 2
    report('resume', {
      sleepers,
      resumed,
      finished,
      seconds: rounded(seconds),
      resumed_per_s: rounded(resumed / seconds, 0),
      pairs_per_s: rounded(pairs, 0),
      ratio: rounded(resumed / seconds / pairs),
      idle_cpu_percent: rounded(idlePercent),
      workers: WORKERS,
    })
  },
  { worker: WORKERS },
)
