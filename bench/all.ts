import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** Every benchmark, with what Node needs to be told for it; each also runs by itself as `npm run bench:<name>`. */
const BENCHMARKS: Record<string, string[]> = {
  webhook: [],
  sync: [],
  chain: [],
  // "On one core": the garbage collector's threads would be a second one.
  engine: ['--single-threaded-gc'],
  foreach: [],
  resume: [],
  fair: [],
  growth: [],
  rls: [],
  builder: [],
}

for (const [name, flags] of Object.entries(BENCHMARKS)) {
  const script = join(import.meta.dirname, `${name}.ts`)
  const { status } = spawnSync(process.execPath, [...flags, script, ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  if (status !== 0) process.exitCode = 1
}
