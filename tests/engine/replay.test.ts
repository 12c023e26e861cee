import { describe, expect, it } from 'vitest'
import {
  compile,
  createRegistry,
  NodeId,
  planReplay,
  registry,
  traceOf,
  type Data,
  type ReplayWish,
  type StepRecord,
  type WorkflowDefinition,
} from '#lib/engine/index.ts'
import { bench, draw, ranOf, type Bench, type Ran } from './bench.ts'
import { callNode, create, each, set, when } from './test-nodes.ts'

/** A bench whose outside steps remember who was asked with which key, and fail when they're told to. */
function office() {
  const calls: { name: string; key: string }[] = []
  const broken = new Set<string>()
  const call = callNode((name, context) => {
    const { path } = { path: context.idempotencyKey }
    if (broken.has(name)) throw new TypeError('broken')
    calls.push({ name, key: path })
    return name
  })
  const b = bench([call])
  const types = createRegistry([...registry.all, call])
  const names = () => calls.splice(0).map(({ name }) => name)

  /** What the api does: plans, then starts a new execution with the records that are kept. */
  async function replay(
    before: { ran: Ran; definition: WorkflowDefinition },
    wish: Omit<ReplayWish, 'from' | 'repeat'> & { from?: string; repeat?: string[] | 'all' } = {},
    { definition = before.definition, data = {} }: { definition?: unknown; data?: Data } = {},
  ) {
    const now = definition as WorkflowDefinition // drawn by the test
    const records = b.store.steps(before.ran.execution)
    const { from, repeat, ...rest } = wish
    const plan = planReplay(before.definition, compile(now, types), records.map(traceOf), {
      ...rest,
      ...(from === undefined ? {} : { from: NodeId.parse(from) }),
      ...(repeat === undefined
        ? {}
        : { repeat: repeat === 'all' ? repeat : repeat.map((id) => NodeId.parse(id)) }),
    })
    const steps = plan.kept.map((trace, index) => ({ ...recordOf(records, trace), seq: index + 1 }))
    const claimed = await b.accept(b.publish(now), data)
    const outcome = await b.clock.until(b.engine.run({ ...claimed, steps }))
    return { plan, ...ranOf(b, claimed.lease.execution, outcome) }
  }
  return { b, calls, names, broken, replay }
}

function recordOf(records: StepRecord[], { node, path, attempt }: Partial<StepRecord>): StepRecord {
  const found = records.find(
    (record) => record.node === node && record.path === path && record.attempt === attempt,
  )
  if (found === undefined) throw new Error('kept a step that never was')
  return found
}

const run = async (b: Bench, definition: WorkflowDefinition, data: Data = {}) => ({
  definition,
  ran: await b.run(definition, data),
})
const ran = (steps: Ran['steps']) => Object.keys(steps)

describe('a replay from the start', () => {
  const definition = draw(
    {
      start: 'trigger.manual',
      a: set('{{ trigger.n | default: 0 }}'),
      one: 'test.call',
      made: create('Ada'),
      two: 'test.call',
    },
    ['start -> a -> one -> made -> two'],
  )

  it('computes anew and repeats no step that acted, and says which those are', async () => {
    const { b, names, replay } = office()
    const first = await run(b, definition, { n: 1 })
    expect(names()).toEqual(['one', 'two'])
    const again = await replay(first, { otherData: true }, { data: { n: 2 } })
    expect(names()).toEqual([])
    expect(again.plan.notRepeated).toEqual(['one', 'made', 'two'])
    expect(again.outcome.status).toBe('succeeded')
    expect(again.outputs['a']).toEqual({ value: 2 })
    expect(again.outcome).toMatchObject({
      output: first.ran.outcome.status === 'succeeded' && { answer: 'two' },
    })
  })

  it('does what failed and what never ran', async () => {
    const { b, names, broken, replay } = office()
    broken.add('two')
    const first = await run(b, definition, { n: 1 })
    expect(first.ran.outcome.status).toBe('failed')
    broken.clear()
    expect((await replay(first)).outcome.status).toBe('succeeded')
    expect(names()).toEqual(['one', 'two'])
  })

  it('repeats the steps that a person names, with a key of its own', async () => {
    const { b, calls, replay } = office()
    const first = await run(b, definition)
    const again = await replay(first, { repeat: ['one'] })
    expect(again.plan.notRepeated).toEqual(['made', 'two'])
    expect(calls.map(({ name }) => name)).toEqual(['one', 'two', 'one'])
    expect(calls[2]?.key).not.toBe(calls[0]?.key)
  })

  it('repeats all of them on request', async () => {
    const { b, names, replay } = office()
    const first = await run(b, definition)
    expect((await replay(first, { repeat: 'all' })).plan.kept).toEqual([])
    expect(names()).toEqual(['one', 'two', 'one', 'two'])
  })

  it('reads what is stored once more, because that leaves nothing behind', async () => {
    const { b, replay } = office()
    const pipeline = '00000000-0000-4000-8000-00000000000f'
    const first = await run(
      b,
      draw({ start: 'trigger.manual', found: { type: 'records.find', config: { pipeline } } }, [
        'start -> found',
      ]),
    )
    expect((await replay(first)).plan.kept).toEqual([])
  })

  it('says which steps may have acted although nobody knows', async () => {
    const { b, broken, replay } = office()
    broken.add('one')
    const first = await run(b, definition)
    const records = b.store.steps(first.ran.execution)
    const cutOff = records.map((record) =>
      record.node === 'one' ? { ...record, status: 'cancelled' as const } : record,
    )
    const plan = planReplay(
      definition,
      compile(definition, createRegistry([...registry.all, callNode(() => 1)])),
      cutOff.map(traceOf),
    )
    expect(plan.uncertain).toEqual(['one'])
    broken.clear()
    expect((await replay(first)).plan.uncertain).toEqual([])
  })
})

describe('a replay on another version', () => {
  const before = draw({ start: 'trigger.manual', one: 'test.call', two: 'test.call' }, [
    'start -> one -> two',
  ])

  it('keeps only steps that are still there and still do the same', async () => {
    const { b, names, replay } = office()
    const first = await run(b, before)
    names()
    const now = draw(
      { start: 'trigger.manual', one: set('other'), new: 'test.call', two: 'test.call' },
      ['start -> one -> new -> two'],
    )
    const again = await replay(first, {}, { definition: now })
    expect(again.plan.notRepeated).toEqual(['two'])
    expect(names()).toEqual(['new'])
    expect(again.outputs['one']).toEqual({ value: 'other' })
  })

  it('takes another branch when the condition says so now', async () => {
    const { b, names, replay } = office()
    const drawn = (to: string) =>
      draw(
        {
          start: 'trigger.manual',
          check: when('{{ trigger.to }}', 'equals', to),
          yes: 'test.call',
          no: 'test.call',
        },
        ['start -> check', 'check:true -> yes', 'check:false -> no'],
      )
    const first = await run(b, drawn('a'), { to: 'a' })
    expect(names()).toEqual(['yes'])
    const again = await replay(first, {}, { definition: drawn('b'), data: { to: 'a' } })
    expect(names()).toEqual(['no'])
    expect(again.outcome.status).toBe('succeeded')
  })
})

describe('a replay from a step', () => {
  const definition = draw(
    {
      start: 'trigger.manual',
      a: set('{{ now }}'),
      b: set('{{ steps.a.value }}'),
      c: 'test.call',
      d: set('{{ steps.b.value }}'),
      side: set('{{ now }}'),
    },
    ['start -> a -> b -> c -> d', 'start -> side'],
  )

  it('keeps what was recorded before it and beside it, and runs it and all after it', async () => {
    const { b, names, replay } = office()
    const first = await run(b, definition)
    names()
    await b.clock.advance(60_000)
    const again = await replay(first, { from: 'b' })
    expect(again.plan.kept.map(({ node }) => node)).toEqual(['start', 'a', 'side', 'c'])
    expect(ran(again.steps)).toEqual(['b', 'd'])
    expect(again.outputs['d']).toEqual(first.ran.outputs['a'])
    expect(names()).toEqual([])
    expect(again.plan.notRepeated).toEqual(['c'])
  })

  it('goes by the way that a failure took', async () => {
    const { b, broken, names, replay } = office()
    broken.add('ask')
    const drawn = draw(
      {
        start: 'trigger.manual',
        ask: { type: 'test.call', onError: 'port' },
        ok: set(1),
        sorry: set(2),
        end: set(3),
      },
      ['start -> ask', 'ask -> ok', 'ask:error -> sorry -> end'],
    )
    const first = await run(b, drawn)
    broken.clear()
    const again = await replay(first, { from: 'end' })
    expect(ran(again.steps)).toEqual(['ok', 'end'])
    expect(names()).toEqual([])
  })

  it('that is not there any more is refused', async () => {
    const { b, replay } = office()
    const first = await run(b, definition)
    await expect(replay(first, { from: 'nowhere' })).rejects.toMatchObject({
      code: 'replay.no_such_step',
    })
  })
})

describe('a replay with loops', () => {
  const drawn = (list: Data = '{{ trigger.list }}') =>
    draw(
      {
        start: 'trigger.manual',
        list: set(list),
        loop: each('{{ steps.list.value }}'),
        first: set('{{ item }}'),
        send: 'test.call',
        after: 'test.call',
      },
      ['start -> list -> loop', 'loop:each -> first -> send', 'loop:done -> after'],
    )
  const list = { list: ['a', 'b', 'c'] }

  it('keeps a loop that came to its end as one', async () => {
    const { b, names, broken, replay } = office()
    broken.add('after')
    const first = await run(b, drawn(), list)
    expect(names()).toEqual(['send', 'send', 'send'])
    broken.clear()
    const again = await replay(first, { otherData: true }, { data: { list: ['x'] } })
    expect(names()).toEqual(['after'])
    expect(again.plan.notRepeated).toEqual(['send'])
  })

  it('goes on in the middle of a loop with the list that it had', async () => {
    const { b, names, replay } = office()
    let left = 2
    b.world.answer = () => ({
      status: left-- > 0 ? 200 : 400,
      headers: {},
      body: '',
      encoding: 'text',
    })
    const asking = draw(
      {
        start: 'trigger.manual',
        list: set('{{ trigger.list }}'),
        loop: each('{{ steps.list.value }}'),
        send: {
          type: 'http.request',
          config: { method: 'GET', url: 'https://example.org/{{ item }}' },
        },
        after: 'test.call',
      },
      ['start -> list -> loop', 'loop:each -> send', 'loop:done -> after'],
    )
    const first = await run(b, asking, list)
    expect(first.ran.outcome.status).toBe('failed')
    left = 10
    const again = await replay(first, {}, { data: list })
    expect(again.outcome.status).toBe('succeeded')
    expect(b.world.requests.map(({ url }) => url.at(-1))).toEqual(['a', 'b', 'c', 'c'])
    expect(names()).toEqual(['after'])
    const other = planReplay(
      asking,
      compile(asking, createRegistry([...registry.all, callNode(() => 1)])),
      b.store.steps(first.ran.execution).map(traceOf),
      { otherData: true },
    )
    expect(other.undecided).toEqual(['send'])
  })

  it('from a step in a loop runs that step for every item, and keeps what comes before it', async () => {
    const { b, names, replay } = office()
    const first = await run(b, drawn(), list)
    names()
    const again = await replay(first, { from: 'send', repeat: ['send'] })
    expect(names()).toEqual(['send', 'send', 'send'])
    expect(again.plan.notRepeated).toEqual(['after'])
    expect(again.plan.kept.map(({ node, path }) => `${node}${path}`)).toEqual([
      'start',
      'list',
      'firstloop:0',
      'firstloop:1',
      'firstloop:2',
      'after',
    ])
  })

  it('repeats the steps of a loop on request', async () => {
    const { b, names, replay } = office()
    const first = await run(b, drawn(), list)
    names()
    const again = await replay(
      first,
      { repeat: ['send'], otherData: true },
      { data: { list: ['x'] } },
    )
    expect(names()).toEqual(['send'])
    expect(again.plan.notRepeated).toEqual(['after'])
  })

  it('does not mistake items for one another when a step was moved into a loop', async () => {
    const { b, replay } = office()
    const first = await run(
      b,
      draw({ start: 'trigger.manual', send: 'test.call' }, ['start -> send']),
    )
    const plan = await replay(first, { repeat: 'all' }, { definition: drawn(), data: list })
    expect(plan.plan.undecided).toEqual([])
    const undecided = await replay(first, {}, { definition: drawn(), data: list })
    expect(undecided.plan.undecided).toEqual(['send'])
  })
})
