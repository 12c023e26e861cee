import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { logOf, simulate, told } from './report.ts'
import type { Verdict } from './verdict.ts'

/*
 * npm run simulate -- --seeds 100000            so many seeds, on all cores
 * npm run simulate -- --seeds 1000 --from 5000  from another one on
 * npm run simulate -- --seed 4711               one seed, with everything that happens in it
 */

/** So many seeds are handed out at once. */
const CHUNK = 200

interface Chunk {
  from: number
  count: number
}

interface Done {
  count: number
  failed: Verdict[]
}

/** One seed with its whole log. Says whether its promises were kept. */
async function one(seed: number): Promise<boolean> {
  const [[verdict], lines] = [await simulate(seed, 1), await logOf(seed)]
  console.log(lines.join('\n'))
  console.log(
    verdict === undefined
      ? `\nseed ${seed}: every promise was kept`
      : `\nseed ${seed} breaks a promise:\n${verdict.problems.map((line) => `  - ${line}`).join('\n')}`,
  )
  return verdict === undefined
}

/** Hands seeds out to threads until all are done. Says how many broke a promise. */
function many(from: number, seeds: number): Promise<number> {
  const chunks: Chunk[] = []
  for (let at = 0; at < seeds; at += CHUNK) {
    chunks.push({ from: from + at, count: Math.min(CHUNK, seeds - at) })
  }
  const began = performance.now()
  let done = 0
  let failed = 0
  let toldAt = 0
  const threads = Array.from({ length: Math.min(availableParallelism(), chunks.length) }, () => {
    const thread = new Worker(new URL(import.meta.url), { workerData: 'thread' })
    thread.postMessage(chunks.shift())
    return new Promise<void>((resolve, reject) => {
      thread.on('error', reject)
      thread.on('exit', () => resolve())
      thread.on('message', (news: Done) => {
        done += news.count
        failed += news.failed.length
        for (const { seed, problems } of news.failed) console.log(`seed ${seed}: ${problems[0]}`)
        const seconds = (performance.now() - began) / 1000
        if (seconds - toldAt > 5) {
          toldAt = seconds
          console.log(
            `${done} of ${seeds} seeds, ${failed} failed, ${Math.round(done / seconds)} a second`,
          )
        }
        const next = chunks.shift()
        if (next === undefined) void thread.terminate()
        else thread.postMessage(next)
      })
    })
  })
  return Promise.all(threads).then(() => {
    const seconds = (performance.now() - began) / 1000
    console.log(`${done} seeds in ${seconds.toFixed(1)} s: ${failed} failed`)
    return failed
  })
}

if (isMainThread) {
  const { values } = parseArgs({
    options: { seeds: { type: 'string' }, from: { type: 'string' }, seed: { type: 'string' } },
  })
  const { seed, seeds = '10000', from = '1' } = values
  const isSound =
    seed === undefined ? (await many(Number(from), Number(seeds))) === 0 : await one(Number(seed))
  process.exitCode = isSound ? 0 : 1
} else if (workerData === 'thread') {
  parentPort?.on('message', (chunk: Chunk) => {
    void simulate(chunk.from, chunk.count).then(async (failed) => {
      for (const verdict of failed.slice(0, 1)) console.log(await told(verdict))
      parentPort?.postMessage({ count: chunk.count, failed } satisfies Done)
    })
  })
}
