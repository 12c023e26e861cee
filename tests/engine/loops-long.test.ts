import { describe, expect, it } from 'vitest'
import {
  createEngine,
  createRegistry,
  isChunk,
  registry,
  type DataObject,
  type NodeType,
  type StepRecord,
} from '#lib/engine/index.ts'
import { abandoned, bench, draw, type Bench } from './bench.ts'
import { CrashingStore, type Crash } from './crashing-store.ts'
import { callNode, create, each, pureNode, set } from './test-nodes.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

/** A loop over `trigger.list` whose body are these steps in a row. */
const looped = (body: DataObject[], config: DataObject = {}) =>
  draw(
    {
      start: 'trigger.manual',
      loop: each('{{ trigger.list }}', config as Record<string, string>),
      ...Object.fromEntries(body.map((step, index) => [`b${index}`, step as never])),
    },
    ['start -> loop', `loop:each -> ${body.map((_, index) => `b${index}`).join(' -> ')}`],
  )

const chunksIn = (steps: readonly StepRecord[]) =>
  steps.filter(isChunk).map(({ path, status }) => `${path} ${status}`)

/** Runs in processes that die one after the other, and then in one that doesn't. */
async function crashing(
  b: Bench,
  definition: ReturnType<typeof draw>,
  list: number[],
  crashes: Crash[],
  types: readonly NodeType[] = [],
) {
  let claimed = await b.accept(b.publish(definition), { list })
  const { execution } = claimed.lease
  for (const crash of crashes) {
    const store = new CrashingStore(b.store, crash)
    const dying = createEngine({
      ...{ store, services: b.services, registry: createRegistry([...registry.all, ...types]) },
      owner: 'dying',
    })
    await b.clock.until(dying.run(claimed))
    const next = await abandoned(b, execution)
    if (next === null) break
    claimed = next
  }
  if (b.store.executions.get(execution)?.status === 'running') {
    await b.clock.until(b.engine.run(claimed))
  }
  return execution
}

/** The chunks of a list that is so long, by their paths. */
const chunksOfHundred = (loop: string, length: number): string[] =>
  Array.from(
    { length: Math.ceil(length / 100) },
    (_, chunk) => `${loop}#${chunk * 100}-${Math.min((chunk + 1) * 100, length)}`,
  )

describe('a long loop', () => {
  it('that only computes leaves rows of its first thousand items, and of all others what came of them', async () => {
    const ran = await bench().run(looped([set('{{ item | times: 2 }}')]), { list: numbers(2600) })
    expect(ran.outcome.status).toBe('succeeded')
    const { results } = ran.outputs['loop'] as { results: DataObject[] }
    expect(results).toEqual(numbers(2600).map((number) => ({ value: number * 2 })))
    const steps = Object.values(ran.steps)
    expect(chunksIn(steps)).toEqual(
      chunksOfHundred('loop', 2600).map((chunk) => `${chunk} succeeded`),
    )
    expect(steps.filter(({ node }) => node === ('b0' as never))).toHaveLength(1000)
    expect(ran.steps['b0@loop:999']).toBeDefined()
    expect(ran.steps['b0@loop:1000']).toBeUndefined()
  })

  it('of a thousand items has no chunks', async () => {
    const ran = await bench().run(looped([set(1)]), { list: numbers(1000) })
    expect(chunksIn(Object.values(ran.steps))).toEqual([])
  })

  it('repeats no chunk that was written down, and only computes anew what was not', async () => {
    const seen = new Map<number, number>()
    const count = pureNode((_name, { arrived }) => {
      const item = Number(arrived[0]?.output)
      seen.set(item, (seen.get(item) ?? 0) + 1)
      return item
    })
    const b = bench([count])
    const execution = await crashing(
      b,
      looped([{ type: 'test.pure' }]),
      numbers(5000),
      [
        { write: 6, when: 'after' },
        { write: 3, when: 'before' },
      ],
      [count],
    )
    expect(b.store.executions.get(execution)?.status).toBe('succeeded')
    const loop = b
      .steps(execution)
      .find(({ node, path }) => node === ('loop' as never) && path === '')
    expect(loop?.output).toMatchObject({
      results: numbers(5000).map((value) => ({ value })),
      count: 5000,
    })
    expect(seen.get(0)).toBe(1)
    expect(Math.max(...seen.values())).toBeLessThanOrEqual(3)
    expect([...seen.values()].filter((times) => times > 1).length).toBeLessThan(3000)
    expect([...seen.values()].some((times) => times > 1)).toBe(true)
  })

  it('records every step that acts, each of them once, whatever dies when', async () => {
    const b = bench()
    const execution = await crashing(
      b,
      looped([set('n{{ item }}'), create('{{ steps.b0.value }}')], { concurrency: 7 }),
      numbers(1300),
      [
        { write: 40, when: 'before' },
        { write: 700, when: 'after' },
        { write: 300, when: 'before' },
      ],
    )
    expect(b.store.executions.get(execution)?.status).toBe('succeeded')
    const made = b.steps(execution).filter(({ node }) => node === ('b1' as never))
    expect(made).toHaveLength(1300)
    const { workspace } = b.store.executions.get(execution)?.made ?? {}
    const names = b.store
      .records(workspace as never)
      .all()
      .map(({ data }) => data['name'])
    expect(new Set(names).size).toBe(1300)
    expect(names).toHaveLength(1300)
  })

  it('keeps the failures of all its items', async () => {
    const fragile = pureNode((_name, { arrived }) => {
      const item = Number(arrived[0]?.output)
      if (item % 1000 === 7) throw new Error('seven')
      return item
    })
    const b = bench([fragile])
    const execution = await crashing(
      b,
      looped([{ type: 'test.pure' }], { onItemError: 'continue' }),
      numbers(3000),
      [{ write: 5, when: 'after' }],
      [fragile],
    )
    const steps = b.steps(execution)
    const loop = steps.find(({ node, path }) => node === ('loop' as never) && path === '')
    expect(loop?.output).toMatchObject({ failed: [{ index: 7 }, { index: 1007 }, { index: 2007 }] })
    expect(steps.filter(({ status }) => status === 'failed').map(({ path }) => path)).toEqual([
      'loop:7',
      'loop:1007',
      'loop:2007',
    ])
  })

  it('tries its failed items again when the execution is retried, and does nothing else again', async () => {
    const acts = new Map<string, number>()
    let isBroken = true
    const b = bench([
      callNode((_name, { idempotencyKey }) => {
        acts.set(idempotencyKey, (acts.get(idempotencyKey) ?? 0) + 1)
        // The 3rd and the 1203rd item.
        if (isBroken && [3, 1203].includes(acts.size)) throw new Error('not now')
        return acts.size
      }),
    ])
    const definition = draw(
      {
        start: 'trigger.manual',
        loop: each('{{ trigger.list }}', { onItemError: 'continue' }),
        call: 'test.call',
        wait: { type: 'logic.delay', config: { duration: { amount: 1, unit: 'hours' } } },
        when: {
          type: 'logic.condition',
          config: { rules: { all: [{ left: '{{ index }}', op: 'equals', right: 1399 }] } },
        },
      },
      ['start -> loop', 'loop:each -> call -> when', 'when:true -> wait'],
    )
    // Cancelled while the last item sleeps: the loop isn't over, but its first parts are.
    const { execution, outcome } = await b.run(definition, { list: numbers(1400) })
    expect(outcome.status).toBe('waiting')
    expect(acts.size).toBe(1400)
    b.store.requestCancel(execution)
    isBroken = false
    b.store.requestRetry(execution)
    const end = await b.toTheEnd(execution)
    expect(end).toMatchObject({ status: 'succeeded', output: { count: 1400, failed: [] } })
    const counts = Map.groupBy(acts.values(), (count) => count)
    expect([counts.get(1)?.length, counts.get(2)?.length]).toEqual([1398, 2])
    const loop = b.steps(execution).find(({ node, path }) => node === 'loop' && path === '')
    const { results } = loop?.output as { results: unknown[] } // a loop's own shape
    expect(results.filter((result) => result === null)).toEqual([])
  }, 20_000)

  it('within a loop has chunks of its own', async () => {
    const definition = draw(
      {
        start: 'trigger.manual',
        outer: each('{{ trigger.rows }}'),
        inner: each('{{ item }}'),
        a: set('{{ item }}'),
      },
      ['start -> outer', 'outer:each -> inner', 'inner:each -> a'],
    )
    const ran = await bench().run(definition, { rows: [numbers(1200), [1], numbers(1100)] })
    expect(ran.outcome.status).toBe('succeeded')
    expect(chunksIn(Object.values(ran.steps)).map((chunk) => chunk.split(' ')[0])).toEqual([
      ...chunksOfHundred('outer:0/inner', 1200),
      ...chunksOfHundred('outer:2/inner', 1100),
    ])
    const { results } = ran.outputs['outer'] as { results: { count: number }[] }
    expect(results.map(({ count }) => count)).toEqual([1200, 1, 1100])
  })

  it('can be cancelled, and ends in time', async () => {
    const call = callNode(async (_name, { signal }) => {
      await b.clock.sleep(1000, signal)
      return null
    })
    const b = bench([call])
    const definition = draw(
      {
        start: 'trigger.manual',
        loop: each('{{ trigger.list }}', { concurrency: 100 }),
        a: 'test.call',
      },
      ['start -> loop', 'loop:each -> a'],
      { timeoutSeconds: 12 },
    )
    const ran = await b.run(definition, { list: numbers(3000) })
    expect(ran.outcome.status).toBe('timed_out')
    // A hundred at a time take a second: what was over when its time was.
    expect(chunksIn(Object.values(ran.steps))).toEqual(
      chunksOfHundred('loop', 1100).map((chunk) => `${chunk} succeeded`),
    )
    expect(Object.values(ran.steps).filter(({ status }) => status === 'running')).toEqual([])
  })

  it('whose results are more than a step may hand on says so, and can leave them out', async () => {
    const long = 'x'.repeat(4000)
    const failed = await bench().run(looped([set(long)]), { list: numbers(1500) })
    expect(failed.error).toMatchObject({
      code: 'loop.results_too_large',
      node: 'loop',
      field: 'keepResults',
    })
    expect(failed.steps['loop']?.status).toBe('failed')
    const ran = await bench().run(looped([set(long)], { keepResults: 'none' }), {
      list: numbers(1500),
    })
    expect(ran.outputs['loop']).toEqual({
      results: [],
      failed: [],
      count: 1500,
      stopped_early: false,
    })
  })

  it('of 100,000 items is written in few rows', async () => {
    const b = bench()
    let writes = 0
    let largest = 0
    const checkpoint = b.store.checkpoint.bind(b.store)
    b.store.checkpoint = (lease, write) => {
      writes++
      largest = Math.max(largest, write.steps.length)
      return checkpoint(lease, write)
    }
    const ran = await b.run(looped([set('{{ item }}')]), { list: numbers(100_000) })
    expect(ran.outputs['loop']).toMatchObject({ count: 100_000, failed: [] })
    expect(Object.keys(ran.steps).length).toBeLessThan(2100)
    expect(largest).toBeLessThan(600)
    expect(writes).toBeGreaterThan(50)
  })
})
