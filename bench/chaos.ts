import { BAD, runChaos, USUAL } from './chaos/run-chaos.ts'
import { numberOption } from './lib/options.ts'
import { progress, report } from './lib/report.ts'

const kills = numberOption('kills', USUAL.kills)

const { figures, complaints } = await runChaos({
  ...USUAL,
  kills,
  seconds: numberOption('seconds', Math.max(10, kills * 2.5)),
  seed: numberOption('seed', Math.floor(Math.random() * 1_000_000)),
  told: progress,
})
for (const complaint of complaints.slice(0, 50)) progress(complaint)
report('chaos', figures)
// Nothing is lost either where nothing works: that proves nothing.
if (figures['accepted'] === 0) progress('Nothing was accepted at all.')
if (figures['accepted'] === 0 || BAD.some((name) => figures[name] !== 0)) process.exitCode = 1
