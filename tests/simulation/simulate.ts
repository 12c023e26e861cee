import { judge } from './verdict.ts'

const value = (name: string): number | undefined => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? undefined : Number(process.argv[at + 1])
}
const only = value('seed')
const from = only ?? value('from') ?? 1
const count = only === undefined ? (value('seeds') ?? 1000) : 1
const began = performance.now()
let failed = 0
let steps = 0
for (let seed = from; seed < from + count; seed++) {
  const verdict = await judge(seed)
  steps += verdict.steps
  if (verdict.problems.length > 0) {
    failed++
    if (failed < 30) console.log(seed, verdict.problems.slice(0, 4))
    if (only !== undefined) {
      const lines: string[] = []
      await judge(seed, { onLog: (l) => lines.push(l) })
      console.log(lines.slice(-Number(value('tail') ?? 100)).join('\n'))
    }
  }
}
console.log({ failed, steps: steps / count, ms: (performance.now() - began) / count })
