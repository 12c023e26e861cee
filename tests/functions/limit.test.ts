import { expect, test } from 'vitest'
import { Limit } from '../../supabase/functions/_shared/limits/limit.ts'

/** What the database does (20261123003420_rate_buckets.sql), with a clock of ours. */
function bucketOf(perMinute: number) {
  const size = Math.max(1, perMinute / 6)
  const state = { now: 0, room: size, at: 0, asked: 0 }
  const query = (_text: string, values: unknown[] = []): Promise<never[]> => {
    state.asked += 1
    state.room = Math.min(size, state.room + ((state.now - state.at) * perMinute) / 60_000)
    state.at = state.now
    const taken = Math.min(Number(values[3]), Math.floor(state.room))
    const again_in_ms = taken > 0 ? 0 : ((1 - state.room) * 60_000) / perMinute
    state.room -= taken
    return Promise.resolve([{ taken, again_in_ms }] as never[]) // the caller's row type
  }
  const limited = { key: 'k', workspace: 'w', perMinute }
  return { state, process: () => new Limit(limited, { query }, () => state.now) }
}

test.each([6, 60, 6_000])('%i a minute is what three processes let in together', async (rate) => {
  const { state, process } = bucketOf(rate)
  const processes = [process(), process(), process()]
  let taken = 0
  for (; state.now < 60_000; state.now += 5)
    for (const limit of processes) if ((await limit.take()) === 0) taken++
  expect(taken).toBeLessThanOrEqual(rate + Math.max(1, rate / 6))
  expect(taken).toBeGreaterThanOrEqual(rate)
})

test('most requests under a limit cost no trip to the database, and refused ones cost none', async () => {
  const { state, process } = bucketOf(24_000)
  const limit = process()
  for (let n = 0; n < 4_000; n++) expect(await limit.take()).toBe(0)
  expect(state.asked).toBe(40)
  expect(await limit.take()).toBeGreaterThan(0)
  for (let n = 0; n < 1_000; n++) await limit.take()
  expect(state.asked).toBe(41)
})

test('many at the same moment wait for one answer', async () => {
  const { state, process } = bucketOf(24_000)
  const limit = process()
  await Promise.all(Array.from({ length: 100 }, () => limit.take()))
  expect(state.asked).toBe(1)
})
