import { describe, expect, it } from 'vitest'
import {
  createEngine,
  createRegistry,
  isChunk,
  registry,
  StepFailure,
  type DataObject,
} from '#lib/engine/index.ts'
import { bench, draw, type Drawn } from './bench.ts'
import { CrashingStore } from './crashing-store.ts'
import { create, each, pureNode, set } from './test-nodes.ts'

const BAD = { code: 'test.bad', title: 'Bad', detail: 'It is bad.' }

describe('a loop of very many items', () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)
  const many = (config: DataObject = {}, inside: string | Drawn = 'test.pure') =>
    draw({ start: 'trigger.manual', loop: each('{{ trigger.list }}', config), a: inside }, [
      'start -> loop',
      'loop:each -> a',
    ])

  it('is written in chunks; what only computes leaves rows for the first thousand items alone', async () => {
    const b = bench()
    let largest = 0
    const checkpoint = b.store.checkpoint.bind(b.store)
    b.store.checkpoint = (lease, write) => {
      largest = Math.max(largest, write.steps.length)
      return checkpoint(lease, write)
    }
    const ran = await b.run(many({}, set('{{ item }}')), { list: numbers(20_000) })
    expect(ran.outputs['loop']).toMatchObject({ count: 20_000 })
    const chunks = b.steps(ran.execution).filter(isChunk)
    expect(chunks).toHaveLength(200)
    expect(Object.keys(ran.steps)).toHaveLength(1000 + chunks.length + 2)
    expect(largest).toBeLessThan(600)
  })

  it('repeats no more than a chunk after a crash, and loses nothing', async () => {
    const computed = new Map<number, number>()
    const count = pureNode((_name, { arrived }) => {
      const item = Number(arrived[0]?.output)
      computed.set(item, (computed.get(item) ?? 0) + 1)
      if (item === 7_777) throw new StepFailure({ ...BAD, retryable: false })
      return item
    })
    const b = bench([count])
    const claimed = await b.accept(b.publish(many({ onItemError: 'continue' })), {
      list: numbers(10_000),
    })
    const doomed = createEngine({
      store: new CrashingStore(b.store, { write: 18, when: 'before' }),
      services: b.services,
      registry: createRegistry([...registry.all, count]),
      owner: 'doomed',
    })
    expect((await b.clock.until(doomed.run(claimed))).status).toBe('lost')
    expect(await b.toTheEnd(claimed.lease.execution)).toMatchObject({ status: 'succeeded' })
    const again = [...computed.values()].filter((times) => times > 1).length
    expect(computed.size).toBe(10_000)
    expect(again).toBeGreaterThan(0)
    expect(again).toBeLessThanOrEqual(1000)
    const loop = b
      .steps(claimed.lease.execution)
      .find((step) => step.node === 'loop' && step.path === '')
    expect(loop?.output).toMatchObject({
      results: numbers(10_000).map((value) => (value === 7_777 ? null : { value })),
      failed: [{ index: 7_777, error: { code: 'test.bad' } }],
    })
  })

  it('leaves a row of a step that fails, wherever it is', async () => {
    const fussy = pureNode((_name, { arrived }) => {
      if (arrived[0]?.output === 4_321) throw new StepFailure({ ...BAD, retryable: false })
      return 1
    })
    const b = bench([fussy])
    const { steps, error } = await b.run(many(), { list: numbers(5_000) })
    expect(error).toMatchObject({ code: 'test.bad', node: 'a' })
    expect(steps['a@loop:4321']?.status).toBe('failed')
  })

  it('writes every step that acts, exactly once, also across chunks and a crash', async () => {
    const b = bench()
    const claimed = await b.accept(b.publish(many({ concurrency: 7 }, create('{{ item }}'))), {
      list: numbers(1_500),
    })
    const doomed = createEngine({
      store: new CrashingStore(b.store, { write: 900, when: 'after' }),
      services: b.services,
      registry,
      owner: 'doomed',
    })
    expect((await b.clock.until(doomed.run(claimed))).status).toBe('lost')
    expect(await b.toTheEnd(claimed.lease.execution)).toMatchObject({ status: 'succeeded' })
    const names = b.store
      .records(claimed.workspace)
      .all()
      .map(({ data }) => data['name'])
    expect(names.map(Number).sort((x, y) => x - y)).toEqual(numbers(1_500))
  })

  it('says so when its results are too much to hand on, and can leave them out', async () => {
    const b = bench()
    const long = set('x'.repeat(1_000))
    const { error } = await b.run(many({}, long), { list: numbers(5_000) })
    expect(error).toMatchObject({ code: 'loop.results_too_large', node: 'loop' })
    const { outputs } = await b.run(many({ keepResults: 'none' }, long), { list: numbers(5_000) })
    expect(outputs['loop']).toMatchObject({ results: [], count: 5_000 })
  })
})
