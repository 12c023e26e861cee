import { describe, expect, it } from 'vitest'
import {
  createEngine,
  createRegistry,
  isChunk,
  registry,
  StepFailure,
  validateDefinition,
  type DataObject,
} from '#lib/engine/index.ts'
import { bench, draw, type Drawn } from './bench.ts'
import { CrashingStore } from './crashing-store.ts'
import { callNode, create, each, pureNode, set, when } from './test-nodes.ts'

describe('for each', () => {
  it('gives the results in order, whichever item is done first', async () => {
    const call = callNode(async (_name, { signal, idempotencyKey }) => {
      keys.add(idempotencyKey)
      const wait = waits.shift() ?? 0
      await b.clock.sleep(wait, signal)
      return wait
    })
    const keys = new Set<string>()
    const waits = [500, 100, 300, 200]
    const b = bench([call])
    const ran = await b.run(
      draw(
        {
          start: 'trigger.manual',
          loop: each('{{ trigger.list }}', { concurrency: 4 }),
          a: 'test.call',
        },
        ['start -> loop', 'loop:each -> a'],
      ),
      { list: [1, 2, 3, 4] },
    )
    expect(ran.outputs['loop']).toEqual({
      results: [500, 100, 300, 200].map((answer) => ({ answer })),
      failed: [],
      count: 4,
      stopped_early: false,
    })
    expect(keys.size).toBe(4)
  })

  it('works on no more items at once than it may', async () => {
    let now = 0
    let most = 0
    const call = callNode(async (_name, { signal }) => {
      most = Math.max(most, ++now)
      await b.clock.sleep(10, signal)
      now--
      return null
    })
    const b = bench([call])
    await b.run(
      draw(
        {
          start: 'trigger.manual',
          loop: each('{{ trigger.list }}', { concurrency: 3 }),
          a: 'test.call',
        },
        ['start -> loop', 'loop:each -> a'],
      ),
      { list: Array.from({ length: 20 }, (_, index) => index) },
    )
    expect(most).toBe(3)
  })

  it('sees its item, its place and the steps before the loop', async () => {
    const ran = await bench().run(
      draw(
        {
          start: 'trigger.manual',
          before: set('hi'),
          loop: each('{{ trigger.list }}'),
          a: set(
            '{{ steps.before.value }} {{ item.n }} {{ index }} {{ loop.number }}/{{ loop.count }} {{ loop.last }}',
          ),
        },
        ['start -> before -> loop', 'loop:each -> a'],
      ),
      { list: [{ n: 'x' }, { n: 'y' }] },
    )
    expect(ran.outputs['loop']).toMatchObject({
      results: [{ value: 'hi x 0 1/2 false' }, { value: 'hi y 1 2/2 true' }],
    })
    expect(ran.steps['a@loop:1']).toMatchObject({ path: 'loop:1', status: 'succeeded' })
  })

  it('nests', async () => {
    const ran = await bench().run(
      draw(
        {
          start: 'trigger.manual',
          outer: each('{{ trigger.rows }}'),
          inner: each('{{ item }}'),
          cell: set('{{ loop.parent.index }}.{{ index }}={{ item }}'),
          row: set('{{ steps.inner.results }}'),
        },
        ['start -> outer', 'outer:each -> inner', 'inner:each -> cell', 'inner:done -> row'],
      ),
      { rows: [['a', 'b'], ['c']] },
    )
    expect(ran.outputs['outer']).toMatchObject({
      results: [
        { value: [{ value: '0.0=a' }, { value: '0.1=b' }] },
        { value: [{ value: '1.0=c' }] },
      ],
    })
    expect(ran.steps['cell@outer:0/inner:1']?.output).toEqual({ value: '0.1=b' })
  })

  it('has branches and joins in its body', async () => {
    const ran = await bench().run(
      draw(
        {
          start: 'trigger.manual',
          loop: each('{{ trigger.list }}'),
          check: when('{{ item }}', 'greater_than', 1),
          big: set('big'),
          small: set('small'),
          join: { type: 'logic.merge', config: { strategy: 'first' } },
        },
        [
          'start -> loop',
          'loop:each -> check',
          'check:true -> big -> join',
          'check:false -> small -> join',
        ],
      ),
      { list: [1, 2] },
    )
    expect(ran.outputs['loop']).toMatchObject({
      results: [{ merged: { value: 'small' } }, { merged: { value: 'big' } }],
    })
  })

  it('of nothing is done at once', async () => {
    const ran = await bench().run(
      draw(
        {
          start: 'trigger.manual',
          loop: each('{{ trigger.list }}'),
          a: set(1),
          end: set('{{ steps.loop.count }}'),
        },
        ['start -> loop', 'loop:each -> a', 'loop:done -> end'],
      ),
      { list: [] },
    )
    expect(ran.outputs['end']).toEqual({ value: 0 })
  })

  it('without steps yields its items', async () => {
    const ran = await bench().run(
      draw({ start: 'trigger.manual', loop: each('{{ trigger.list }}') }, ['start -> loop']),
      { list: [1, 2] },
    )
    expect(ran.outputs['loop']).toMatchObject({ results: [1, 2] })
  })

  it('of what is not a list says so', async () => {
    const ran = await bench().run(
      draw({ start: 'trigger.manual', loop: each('{{ trigger.list }}'), a: set(1) }, [
        'start -> loop',
        'loop:each -> a',
      ]),
      { list: 'abc' },
    )
    expect(ran.error).toMatchObject({ code: 'for_each.not_a_list', node: 'loop', field: 'items' })
  })

  it('makes several records exactly once each', async () => {
    const b = bench()
    const ran = await b.run(
      draw(
        {
          start: 'trigger.manual',
          loop: each('{{ trigger.list }}', { concurrency: 5 }),
          a: create('{{ item }}'),
        },
        ['start -> loop', 'loop:each -> a'],
      ),
      { list: ['x', 'y', 'z'] },
    )
    expect(ran.outcome.status).toBe('succeeded')
    const [stored] = [...b.store.executions.values()]
    const { records } = { records: b.store.records(stored?.made.workspace as never) }
    expect(records.all().map((record) => record.data['name'])).toEqual(['x', 'y', 'z'])
  })
})

describe('an item that fails', () => {
  const fragile = pureNode((_name, { arrived }) => {
    const [item] = arrived
    if (item?.output === 2) throw new Error('two is bad')
    return item?.output ?? null
  })
  const loop = (config: { [key: string]: string }, more = {}) =>
    draw(
      {
        start: 'trigger.manual',
        loop: { ...each('{{ trigger.list }}', config), ...more },
        a: 'test.pure',
        end: set('{{ steps.loop }}'),
      },
      ['start -> loop', 'loop:each -> a', 'loop:done -> end'],
    )

  it('stops the loop and the execution, with the inner step named', async () => {
    const ran = await bench([fragile]).run(loop({}), { list: [1, 2, 3] })
    expect(ran.error).toMatchObject({ code: 'engine.fault', node: 'a' })
    expect(ran.steps['loop']?.status).toBe('failed')
    expect(ran.steps['a@loop:2']).toBeUndefined()
  })

  it('is collected when the loop is set to go on', async () => {
    const ran = await bench([fragile]).run(loop({ onItemError: 'continue' }), { list: [1, 2, 3] })
    expect(ran.outcome.status).toBe('succeeded')
    expect(ran.outputs['loop']).toMatchObject({
      results: [{ value: 1 }, null, { value: 3 }],
      failed: [{ index: 1, error: { code: 'engine.fault' } }],
      count: 3,
    })
  })

  it('takes the way that the loop itself has for errors', async () => {
    const ran = await bench([fragile]).run(loop({}, { onError: 'continue' }), { list: [1, 2, 3] })
    expect(ran.outcome.status).toBe('succeeded')
    expect(ran.steps['loop']).toMatchObject({ status: 'failed', port: 'done' })
    expect(ran.outputs['end']).toMatchObject({ value: { error: { code: 'engine.fault' } } })
  })

  it('calls off the items beside it', async () => {
    const call = callNode(async (_name, { arrived, signal }) => {
      if (arrived[0]?.output === 2) throw new Error('two is bad')
      await b.clock.sleep(60_000, signal)
      return null
    })
    const b = bench([call])
    const ran = await b.run(
      draw(
        {
          start: 'trigger.manual',
          loop: each('{{ trigger.list }}', { concurrency: 3 }),
          a: 'test.call',
        },
        ['start -> loop', 'loop:each -> a'],
      ),
      { list: [1, 2, 3] },
    )
    expect(ran.outcome.status).toBe('failed')
    expect(['a@loop:0', 'a@loop:2', 'a@loop:1'].map((key) => ran.steps[key]?.status)).toEqual([
      'cancelled',
      'cancelled',
      'failed',
    ])
  })
})

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
    expect(chunks).toHaveLength(40)
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

const BAD = { code: 'test.bad', title: 'Bad', detail: 'It is bad.' }
const STOP = 'logic.break'

describe('stopping a loop', () => {
  const search = draw(
    {
      start: 'trigger.manual',
      loop: each('{{ trigger.list }}'),
      found: when('{{ item }}', 'equals', 3),
      take: set('{{ item }}'),
      stop: STOP,
      other: set('no'),
      after: set('{{ steps.loop.count }}'),
    },
    [
      'start -> loop',
      'loop:each -> found',
      'found:true -> take -> stop',
      'found:false -> other',
      'loop:done -> after',
    ],
  )

  it('goes on after it with the results so far, the last one included', async () => {
    const b = bench()
    const { outputs, outcome } = await b.run(search, { list: [1, 2, 3, 4, 5] })
    expect(outcome.status).toBe('succeeded')
    expect(outputs['loop']).toEqual({
      results: [{ value: 'no' }, { value: 'no' }, { value: 3 }],
      failed: [],
      count: 3,
      stopped_early: true,
    })
    expect(outputs['after']).toEqual({ value: 3 })
    expect(Object.keys(outputs)).not.toContain('found@loop:3')
  })

  it('calls off the items beside it', async () => {
    const call = callNode(async (_name, { signal }) => {
      await b.clock.sleep(60_000, signal)
      return 1
    })
    const b = bench([call])
    const { steps, outputs } = await b.run(
      draw(
        {
          start: 'trigger.manual',
          loop: each([1, 2, 3], { concurrency: 3 }),
          found: when('{{ item }}', 'equals', 2),
          stop: STOP,
          call: 'test.call',
        },
        ['start -> loop', 'loop:each -> found', 'found:true -> stop', 'found:false -> call'],
      ),
    )
    expect(outputs['loop']).toMatchObject({
      results: [null, expect.anything()],
      stopped_early: true,
    })
    expect(steps['call@loop:0']?.status).toBe('cancelled')
  })

  it('stops the inner one of two', async () => {
    const b = bench()
    const { outputs } = await b.run(
      draw(
        {
          start: 'trigger.manual',
          outer: each([1, 2]),
          inner: each(['a', 'b']),
          stop: STOP,
          count: set('{{ steps.inner.count }}'),
        },
        ['start -> outer', 'outer:each -> inner', 'inner:each -> stop', 'inner:done -> count'],
      ),
    )
    expect(outputs['outer']).toMatchObject({ results: [{ value: 1 }, { value: 1 }], count: 2 })
  })

  it('is refused outside of a loop, with words that help', () => {
    const definition = draw({ start: 'trigger.manual', stop: STOP }, ['start -> stop'])
    const [problem] = validateDefinition(definition, registry)
    expect(problem).toMatchObject({ code: 'loop.end_outside', node: 'stop', severity: 'error' })
  })
})

describe('repeat until', () => {
  const until = (left: string, op: string, right?: unknown) => ({
    all: [right === undefined ? { left, op } : { left, op, right }],
  })
  const repeat = (config: object) => ({ type: 'logic.repeat', config: { ...config } as DataObject })
  const pages = (config: object) =>
    draw(
      {
        start: 'trigger.manual',
        loop: repeat(config),
        page: 'test.call',
        after: set('{{ steps.loop.count }}'),
      },
      ['start -> loop', 'loop:each -> page', 'loop:done -> after'],
    )
  const counting = () => {
    let asked = 0
    return callNode(() => ++asked)
  }

  it('looks at each pass, and ends when the rule is true', async () => {
    const b = bench([counting()])
    const definition = pages({ until: until('{{ steps.page.answer }}', 'greater_than', 2) })
    expect(validateDefinition(definition, createRegistry([...registry.all, counting()]))).toEqual(
      [],
    )
    const { outputs } = await b.run(definition)
    expect(outputs['loop']).toEqual({
      results: [{ answer: 1 }, { answer: 2 }, { answer: 3 }],
      count: 3,
      reason: 'rules',
    })
    expect(outputs['after']).toEqual({ value: 3 })
  })

  it('hands each pass what the one before came to', async () => {
    const b = bench()
    const { outputs } = await b.run(
      draw(
        {
          start: 'trigger.manual',
          loop: repeat({ until: until('{{ vars.value }}', 'greater_or_equal', 16) }),
          twice: set('{{ item.value | default: 1 | times: 2 }}'),
        },
        ['start -> loop', 'loop:each -> twice'],
      ),
    )
    expect(outputs['loop']).toMatchObject({ count: 4, reason: 'rules' })
  })

  it('fails after as many passes as it may have, or goes on', async () => {
    const b = bench([counting()])
    const never = { until: until('{{ steps.page.answer }}', 'less_than', 0), most: 4 }
    const { error } = await b.run(pages(never))
    expect(error).toMatchObject({ code: 'repeat.limit_reached', node: 'loop' })
    const { outputs } = await b.run(pages({ ...never, atLimit: 'continue' }))
    expect(outputs['loop']).toMatchObject({ count: 4, reason: 'limit' })
  })

  it('names a variable that its rule cannot see', () => {
    const definition = pages({ until: until('{{ steps.after.value }}', 'is_true') })
    const problems = validateDefinition(definition, createRegistry([...registry.all, counting()]))
    expect(problems).toMatchObject([{ node: 'loop', field: 'until' }])
  })

  it('goes on after a crash where it was, and asks nobody twice', async () => {
    const keys = new Map<string, number>()
    const call = callNode((_name, { idempotencyKey }) => {
      keys.set(idempotencyKey, (keys.get(idempotencyKey) ?? 0) + 1)
      return keys.size
    })
    const b = bench([call])
    const definition = pages({ until: until('{{ steps.page.answer }}', 'greater_than', 4) })
    const claimed = await b.accept(b.publish(definition))
    const crashing = new CrashingStore(b.store, { write: 4, when: 'after' })
    const doomed = createEngine({
      store: crashing,
      services: b.services,
      registry: createRegistry([...registry.all, call]),
      owner: 'doomed',
    })
    expect((await b.clock.until(doomed.run(claimed))).status).toBe('lost')
    expect(await b.toTheEnd(claimed.lease.execution)).toMatchObject({ status: 'succeeded' })
    expect(keys.size).toBe(5)
  })
})
