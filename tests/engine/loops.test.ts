import { describe, expect, it } from 'vitest'
import { bench, draw } from './bench.ts'
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
