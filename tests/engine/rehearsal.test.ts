import { describe, expect, it } from 'vitest'
import { registry, rehearsal, validateDefinition, type Data } from '#lib/engine/index.ts'
import { bench, draw } from './bench.ts'
import { each, set, when } from './test-nodes.ts'

const http = { type: 'http.request', config: { url: 'https://example.org/{{ trigger.name }}' } }

const drawing = draw(
  {
    start: 'trigger.manual',
    get: http,
    check: when('{{ steps.get.status }}', 'equals', 200),
    no: set('No {{ trigger.name }}: {{ steps.get.body }}'),
    after: http,
  },
  ['start -> get -> check', 'check:false -> no -> after'],
)

const keysOf = (steps: { node: string; status: string }[]): string[] =>
  steps.filter(({ status }) => status === 'succeeded').map(({ node }) => node)

const tried = async (
  wish: { until: string; alone: boolean; pins?: Record<string, Data> },
  definition = drawing,
  data: Data = { name: 'Ada' },
) => {
  const part = rehearsal(definition, registry, { trigger: 'start', pins: {}, ...wish })
  expect(validateDefinition(part, registry).filter(({ severity }) => severity === 'error')).toEqual(
    [],
  )
  const b = bench()
  const { execution, outcome } = await b.run(part, data, { mode: 'test' })
  const steps = b.steps(execution)
  const of = (key: string) => steps.find(({ node }) => node === key)
  return { b, outcome, steps, of }
}

describe('testing one step', () => {
  it('really runs it, whatever way leads there, and nothing before or after it', async () => {
    const { b, outcome, steps, of } = await tried({
      until: 'no',
      alone: true,
      pins: { get: { status: 500, headers: {}, body: 'gone' } },
    })
    expect(outcome.status).toBe('succeeded')
    expect(of('no')?.output).toEqual({ value: 'No Ada: gone' })
    expect(b.world.requests).toEqual([])
    expect(keysOf(steps)).toEqual(['start', 'get', 'check', 'no'])
  })

  it('takes the example of a step that nobody gave an output for', async () => {
    const { of } = await tried({ until: 'no', alone: true })
    expect(of('no')?.output).toEqual({ value: expect.stringMatching(/^No Ada: /) })
  })

  it('works out again what only computes, from the outputs that were given', async () => {
    const definition = draw(
      {
        start: 'trigger.manual',
        get: http,
        sum: set('{{ steps.get.body }}!', 'text'),
        a: set('{{ steps.sum.text }}'),
      },
      ['start -> get -> sum -> a'],
    )
    const pins = { get: { status: 200, headers: {}, body: 'given' } }
    const { b, of } = await tried({ until: 'a', alone: true, pins }, definition)
    expect(of('a')?.output).toEqual({ value: 'given!' })
    expect(b.world.requests).toEqual([])
  })

  it('sends what it sends once, even if it would be tried again', async () => {
    const definition = draw(
      {
        start: 'trigger.manual',
        get: { ...http, retry: { attempts: 5, backoff: 'fixed', delaySeconds: 0 } },
      },
      ['start -> get'],
    )
    const { b } = await tried({ until: 'get', alone: true }, definition)
    expect(b.world.requests).toHaveLength(1)
  })

  it('runs it although its own output is pinned', async () => {
    const definition = draw(
      { start: 'trigger.manual', a: { ...set('real'), pinned: { value: 'pinned' } } },
      ['start -> a'],
    )
    const { of } = await tried({ until: 'a', alone: true }, definition)
    expect(of('a')?.output).toEqual({ value: 'real' })
  })

  it('in a loop runs it once, with the item that it was given', async () => {
    const definition = draw(
      {
        start: 'trigger.manual',
        loop: each('{{ trigger.list }}'),
        before: set('{{ item.n }}', 'n'),
        a: set('{{ item.n }} {{ steps.before.n }} {{ loop.number }}'),
        after: http,
      },
      ['start -> loop', 'loop:each -> before -> a -> after'],
    )
    const { steps, of, b } = await tried(
      { until: 'a', alone: true, pins: { loop: { n: '{{ 7 }}' }, before: { n: 8 } } },
      definition,
      { list: [{ n: 1 }, { n: 2 }] },
    )
    expect(steps.filter(({ node }) => node === 'a')).toHaveLength(1)
    expect(of('a')?.output).toEqual({ value: '{{ 7 }} 8 1' })
    expect(b.world.requests).toEqual([])
  })

  it('in loops within loops knows both items', async () => {
    const definition = draw(
      {
        start: 'trigger.manual',
        outer: each('{{ trigger.list }}'),
        inner: each('{{ item }}'),
        a: set('{{ loop.parent.item }}{{ item }}'),
      },
      ['start -> outer', 'outer:each -> inner', 'inner:each -> a'],
    )
    const { of } = await tried(
      { until: 'a', alone: true, pins: { outer: 'x', inner: 'y' } },
      definition,
    )
    expect(of('a')?.output).toEqual({ value: 'xy' })
  })

  it('knows the variables that steps before it set, later ones winning', async () => {
    const definition = draw(
      {
        start: 'trigger.manual',
        one: set('one', 'who'),
        two: set('two', 'who'),
        a: set('{{ vars.who }}'),
      },
      ['start -> one -> two -> a'],
    )
    const pins = { one: { who: 'first' }, two: { who: 'second' } }
    const { of } = await tried({ until: 'a', alone: true, pins }, definition)
    expect(of('a')?.output).toEqual({ value: 'second' })
  })

  it('of a step that nothing leads to yet works as well', async () => {
    const definition = draw({ start: 'trigger.manual', a: set('Hi {{ trigger.name }}') }, [])
    const { of } = await tried({ until: 'a', alone: true }, definition)
    expect(of('a')?.output).toEqual({ value: 'Hi Ada' })
  })
})

describe('running to a step', () => {
  it('runs all that leads there and stops behind it', async () => {
    const { steps } = await tried({ until: 'check', alone: false })
    expect(keysOf(steps)).toEqual(['start', 'get', 'check'])
  })

  it('lets pinned outputs stand in', async () => {
    const { b, of } = await tried({
      until: 'no',
      alone: false,
      pins: { get: { status: 404, headers: {}, body: 'nothing' } },
    })
    expect(b.world.requests).toEqual([])
    expect(of('no')?.output).toEqual({ value: 'No Ada: nothing' })
  })
})

it('pinned outputs mean nothing to a live execution', async () => {
  const definition = draw(
    { start: 'trigger.manual', a: { ...set('real'), pinned: { value: 'pinned' } } },
    ['start -> a'],
  )
  const b = bench()
  const live = await b.run(definition, {}, { mode: 'live' })
  expect(b.steps(live.execution).find(({ node }) => node === 'a')?.output).toEqual({
    value: 'real',
  })
  const test = await b.run(definition, {}, { mode: 'test' })
  expect(b.steps(test.execution).find(({ node }) => node === 'a')?.output).toEqual({
    value: 'pinned',
  })
})

it('says so when the step is not there', () => {
  expect(() =>
    rehearsal(drawing, registry, { trigger: 'start', until: 'gone', alone: true, pins: {} }),
  ).toThrow(expect.objectContaining({ code: 'rehearsal.no_such_step' }))
})
