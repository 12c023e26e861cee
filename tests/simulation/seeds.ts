import { describe, expect, it } from 'vitest'
import { simulate, told } from './report.ts'

/** So many seeds a file; the files run side by side. */
const SEEDS = 2500

/** Declares the test of one part of the 10,000 seeds that every `npm test` runs. */
export function declareSeeds(part: number): void {
  const from = 1 + part * SEEDS
  describe(`seeds ${from} to ${from + SEEDS - 1}`, () => {
    it('every accepted execution ends as its fault-free twin did, whatever goes wrong', async () => {
      const failed = await simulate(from, SEEDS)
      const reports = await Promise.all(failed.slice(0, 3).map(told))
      expect.soft(failed.map(({ seed }) => seed)).toEqual([])
      if (reports.length > 0) throw new Error(reports.join('\n\n'))
    }, 300_000)
  })
}
