import { setImmediate, setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Batcher } from '../../supabase/functions/_shared/store/batcher.ts'

const LANES = 2
const BURSTS = 150
const KEYS = 40

/** A batcher that writes nowhere, and remembers how. */
function watched(writeMs: () => number) {
  const underWay = new Map<string, number>()
  const seen = { mostLanes: 0, broughtTogether: 0, written: [] as string[] }
  let lanesBusy = 0
  const batcher = new Batcher<{ key: string; name: string }, string>({
    lanes: LANES,
    key: ({ key }) => key,
    size: () => 1,
    maxItems: 24,
    maxBytes: 1_000,
    maxWaiting: 100_000,
    async write(items) {
      seen.mostLanes = Math.max(seen.mostLanes, ++lanesBusy)
      for (const { key } of items) {
        if (underWay.has(key)) seen.broughtTogether++
        underWay.set(key, 1)
      }
      await setTimeout(writeMs())
      for (const { key, name } of items) {
        underWay.delete(key)
        seen.written.push(name)
      }
      lanesBusy--
      return items.map(({ name }) => ({ ok: name }))
    },
  })
  return { batcher, seen }
}

/** Bursts in every rhythm that the batcher's own timers could meet: at once, a turn later, a millisecond later. */
test('whatever comes, and whenever, is written once, and its writer is told', async () => {
  const { batcher, seen } = watched(() => Math.random() * 4)
  const answers: Promise<string>[] = []
  const asked: string[] = []
  for (let burst = 0; burst < BURSTS; burst++) {
    const size = Math.ceil(Math.random() ** 2 * 60)
    for (let n = 0; n < size; n++) {
      const key = String(Math.floor(Math.random() * KEYS))
      const name = `${burst}.${n}`
      asked.push(name)
      answers.push(batcher.add({ key: size > KEYS / 2 ? `${key}:${name}` : key, name }))
    }
    await [setImmediate, () => setTimeout(1), () => setTimeout(3)][burst % 3]?.()
  }
  expect(await Promise.all(answers)).toEqual(asked)
  expect([...seen.written].sort()).toEqual([...asked].sort())
  expect(seen.mostLanes).toBe(LANES)
  expect(seen.broughtTogether).toBe(0)
})

// The timer that keeps batches apart fires between asking for a turn and having it, and takes the last lane.
test('who is overtaken on the way to the last lane loses nothing', async () => {
  const batcher = new Batcher<number, number>({
    ...{ lanes: 1, maxItems: 4, maxBytes: 1_000, maxWaiting: 1_000 },
    key: String,
    size: () => 1,
    async write(items) {
      await setImmediate()
      return items.map((item) => ({ ok: item }))
    },
  })
  for (let round = 0; round < 100; round++) {
    // Two at once: the next one has to keep its distance.
    await Promise.all([batcher.add(-1), batcher.add(-2)])
    const answers = [batcher.add(-3)]
    await setTimeout(1)
    for (let n = 0; n < 30; n++) answers.push(batcher.add(n))
    expect(await Promise.all(answers)).toHaveLength(31)
  }
})

test('what has the same key keeps its order', async () => {
  const { batcher, seen } = watched(() => Math.random() * 2)
  const names = Array.from({ length: 30 }, (_, n) => String(n))
  await Promise.all(names.map((name) => batcher.add({ key: 'the same', name })))
  expect(seen.written).toEqual(names)
})
