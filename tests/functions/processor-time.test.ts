import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { denoBinary } from '../../local/functions/deno.ts'

const root = join(import.meta.dirname, '../..')
const source = join(root, 'supabase/functions/_shared/work/processor-time.ts')

/** Sleeps for 300 ms, computes for 300 ms of the processor's time, now and then letting others have their turn, and says what that has cost. */
const script = (before: string) => `
  import process from 'node:process'
  ${before}
  const { ProcessorTime } = await import('file://${source}')
  const time = new ProcessorTime()
  await new Promise((done) => setTimeout(done, 300))
  const asleep = time.usedMs
  const before = process.cpuUsage()
  const used = () => {
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  }
  while (used() < 300) {
    const turn = performance.now() + 20
    while (performance.now() < turn) continue
    await new Promise((done) => setTimeout(done, 0))
  }
  await new Promise((done) => setTimeout(done, 30))
  console.log(JSON.stringify({ asleep, computed: time.usedMs - asleep }))
  Deno.exit(0)`

function measured(before: string): { asleep: number; computed: number } {
  const output = execFileSync(denoBinary(), ['eval', '--quiet', script(before)], {
    cwd: root,
    encoding: 'utf8',
  })
  return JSON.parse(output) as { asleep: number; computed: number }
}

test.each([
  ['by the thread’s own clock', ''],
  // As on hosted projects, whose Deno is older.
  ['by how late timers come, where the host does not tell', 'delete process.threadCpuUsage'],
])('computing is told from waiting %s', (_, before) => {
  const { asleep, computed } = measured(before)
  // Generous: some of it is the garbage collector's, on other threads.
  expect(computed).toBeGreaterThan(100)
  expect(asleep).toBeLessThan(computed)
})
