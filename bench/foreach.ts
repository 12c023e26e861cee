import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { BenchStack } from './lib/bench-stack.ts'
import { drawing, set, webhook } from './lib/drawing.ts'
import { rounded } from './lib/latency.ts'
import { numberOption } from './lib/options.ts'
import { progress, report } from './lib/report.ts'
import { openWorkspace, publish } from './lib/workflow.ts'

/** A list through three nodes that only compute, in one execution that a webhook starts. */
const ITEMS = numberOption('items', 100_000)
const RUNS = 3
const SAMPLE_MS = 20

const DRAWING = drawing(
  [
    // The list comes in whole.
    { ...webhook(), config: { respond: 'accepted', maxBodyKb: 1024 } },
    {
      id: 'each_number',
      type: 'logic.for_each',
      config: { items: '{{ steps.webhook.body.numbers }}' },
    },
    set('one', { number: '{{ item }}' }),
    set('two', { text: 'Number {{ steps.one.number }} of {{ loop.count }}' }),
    set('three', { twice: '{{ steps.one.number | times: 2 }}' }),
    set('after', { count: '{{ steps.each_number.count }}' }),
  ],
  ['webhook -> each_number:each -> one -> two -> three', 'each_number:done -> after'],
)

/** Megabytes that a process has in memory, by Linux's own account; nothing when it's gone. */
function residentMb(pid: number): number {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kb ?? 0) / 1024
}

/** What the Deno processes have at most while something goes on, above what they had before. */
async function peakAbove(
  pids: number[],
  idle: number[],
  work: () => Promise<void>,
): Promise<number> {
  let most = 0
  const timer = setInterval(() => {
    pids.forEach((pid, index) => (most = Math.max(most, residentMb(pid) - (idle[index] ?? 0))))
  }, SAMPLE_MS)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
  return most
}

await BenchStack.use(async (bench) => {
  const live = await publish(bench.db, await openWorkspace(bench.db), DRAWING)
  const send = async (count: number): Promise<string> => {
    const numbers = Array.from({ length: count }, (_, index) => index)
    const response = await fetch(bench.address(live.token), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ numbers }),
    })
    const answer = await response.text()
    if (response.status !== 202) throw new Error(`${response.status}: ${answer}`)
    const { execution } = JSON.parse(answer) as { execution: string } // what the webhook answers
    return execution
  }
  /** Seconds from the commit that accepted it to the one that ended it, by the database's clock. */
  const finish = async (execution: string): Promise<number> => {
    for (;;) {
      const { rows } = await bench.db.query<{ status: string; seconds: number | null }>(
        `select status, extract(epoch from finished_at - created_at)::float8 as seconds
         from public.executions where id = $1`,
        [execution],
      )
      const [row] = rows
      if (row?.seconds !== null && row?.seconds !== undefined) {
        if (row.status !== 'succeeded') throw new Error(`the execution ended as ${row.status}`)
        return row.seconds
      }
      await pause(SAMPLE_MS)
    }
  }
  progress('warming up')
  for (let run = 0; run < 20; run++) await finish(await send(50))
  const pids = bench.stack.processes.filter(({ name }) => name !== 'postgres').map(({ pid }) => pid)
  await pause(1_000)
  const idle = pids.map(residentMb)
  const seconds: number[] = []
  let megabytes = 0
  for (let run = 0; run < RUNS; run++) {
    progress(`${ITEMS} items, ${run + 1} of ${RUNS}`)
    const peak = await peakAbove(pids, idle, async () => {
      seconds.push(await finish(await send(ITEMS)))
    })
    megabytes = Math.max(megabytes, peak)
  }
  report('foreach', {
    items: ITEMS,
    s: rounded(seconds.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] ?? NaN),
    worst_s: rounded(Math.max(...seconds)),
    idle_mb: rounded(Math.max(...idle), 0),
    mb_above_idle: rounded(megabytes, 0),
  })
})
