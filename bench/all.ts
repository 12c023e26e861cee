import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** Every benchmark; each also runs by itself as `npm run bench:<name>`. */
const BENCHMARKS = ['webhook']

for (const name of BENCHMARKS) {
  const script = join(import.meta.dirname, `${name}.ts`)
  const { status } = spawnSync(process.execPath, [script, ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  if (status !== 0) process.exitCode = 1
}
