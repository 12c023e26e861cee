import { describe, expect, it } from 'vitest'
import { CONTROL_MUTANTS } from './control-mutants.ts'
import { MUTANTS } from './mutants.ts'
import { populate } from './population.ts'
import { Random } from './random.ts'
import { logOf } from './report.ts'
import { judge } from './verdict.ts'

/** A mutant that survives so many seeds isn't noticed. */
const SEEDS = 1000

/** Whether a seed's world has what is broken: few have schedules. */
const concerns = (name: string, seed: number): boolean =>
  !name.includes('schedule') || populate(new Random(seed)).scheduled !== null

describe('the simulation notices', () => {
  it.each(Object.entries({ ...MUTANTS, ...CONTROL_MUTANTS }))(
    '%s',
    async (name, circumstances) => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        if (!concerns(name, seed)) continue
        if ((await judge(seed, circumstances)).problems.length > 0) return
      }
      expect.fail(`nothing was noticed in ${SEEDS} seeds`)
    },
    120_000,
  )
})

describe('a seed', () => {
  it('is the same world every time, to the last message', async () => {
    for (const seed of [1, 17, 294, 1363]) expect(await logOf(seed)).toEqual(await logOf(seed))
  })
})
