import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { likeliest, offered } from '#lib/builder/debug/compare/compared.svelte.ts'
import { differenceRows } from '#lib/builder/debug/compare/difference-tree.ts'
import { differencesOf, isAlike } from '#lib/builder/debug/compare/differences.ts'
import {
  countVerdicts,
  differs,
  pairedSteps,
  tookOfSide,
} from '#lib/builder/debug/compare/paired-steps.ts'
import { leftOut, type Data, type Execution, type Step } from '#lib/executions/rows.ts'

const step = (node: string, seq: number, more: Partial<Step> = {}): Step => ({
  ...{ execution_id: 'e', workspace_id: 'w', node_id: node, path: '', attempt: 1, seq },
  ...{ status: 'succeeded', port: 'out', input: null, output: null, error: null, logs: [] },
  ...{ superseded: false, reused: false },
  started_at: '2026-11-23T10:00:00.000Z',
  finished_at: '2026-11-23T10:00:00.250Z',
  ...more,
})

const execution = (id: string, more: Partial<Execution> = {}): Execution => ({
  ...{ id, workspace_id: 'w', workflow_id: 'f', version_id: 'v', trigger_node: 't' },
  ...{ trigger_kind: 'webhook', mode: 'live', status: 'succeeded', wake_at: null },
  ...{ cancel_requested_at: null, paused_at: null, error: null, replay_of: null },
  ...{ started_by: null, created_at: '2026-11-23T10:00:00Z', finished_at: null },
  ...more,
})

const places = (here: Data, there: Data) =>
  differencesOf(here, there).found.map(({ path, kind }) => [path.join('.'), kind])

describe('what differs in data', () => {
  test('only the innermost places that differ are told', () => {
    const here = { lead: { name: 'Ada', size: 3 }, tags: ['new', 'big'], same: [1, { a: 2 }] }
    const there = { lead: { name: 'Bob', size: 3 }, tags: ['new', 'small'], same: [1, { a: 2 }] }
    expect(places(here, there)).toEqual([
      ['lead.name', 'changed'],
      ['tags.1', 'changed'],
    ])
  })

  test('a field in one of the two only, and an empty one, are two things', () => {
    expect(places({ a: null }, {})).toEqual([['a', 'only_here']])
    expect(places({}, { a: null })).toEqual([['a', 'only_there']])
    expect(places({ a: null }, { a: 0 })).toEqual([['a', 'changed']])
  })

  test('one entry more at the front, in the middle or at the end is one difference', () => {
    const list = [{ id: 1 }, { id: 2 }, { id: 3 }]
    expect(places(list, [{ id: 0 }, ...list])).toEqual([['0', 'only_there']])
    expect(places([...list, { id: 4 }], list)).toEqual([['3', 'only_here']])
    expect(places(list, [{ id: 1 }, { id: 9 }, { id: 2 }, { id: 3 }])).toEqual([
      ['1', 'only_there'],
    ])
  })

  test('other kinds of value are one difference, whatever is inside', () => {
    expect(places({ a: [1, 2] }, { a: { 0: 1 } })).toEqual([['a', 'changed']])
    expect(places('text', 5)).toEqual([['', 'changed']])
  })

  test('fields that are named like parts of the language are compared as fields', () => {
    expect(places({ constructor: 'x' }, {})).toEqual([['constructor', 'only_here']])
  })

  test('data is alike to itself, and differences are the same from either side', () => {
    const data = fc.jsonValue() as fc.Arbitrary<Data>
    fc.assert(
      fc.property(data, data, (one, other) => {
        expect(isAlike(one, structuredClone(one))).toBe(true)
        const there = differencesOf(one, other).found.map(({ path }) => path)
        expect(
          differencesOf(other, one)
            .found.map(({ path }) => path)
            .sort(),
        ).toEqual(there.sort())
        expect(isAlike(one, other)).toBe(there.length === 0)
      }),
    )
  })

  test('very many differences are cut, and say so', () => {
    const list = (value: number) => Array.from({ length: 2000 }, () => value)
    const { found, cut } = differencesOf(list(1), list(2))
    expect(found).toHaveLength(500)
    expect(cut).toBe(true)
  })
})

describe('the differences as lines', () => {
  const { found } = differencesOf(
    { body: { lead: { name: 'Ada', size: 3 }, id: 1 }, at: 'then' },
    { body: { lead: { name: 'Bob', size: 4 }, id: 1 }, at: 'now' },
  )

  test('a way without a choice is one line, with what differs under it', () => {
    const rows = differenceRows(found, new Set())
    expect(rows.map(({ names, depth, count }) => [names.join(' › '), depth, count])).toEqual([
      ['body › lead', 0, 2],
      ['name', 1, 1],
      ['size', 1, 1],
      ['at', 0, 1],
    ])
  })

  test('a folded part hides what is under it', () => {
    const [part] = differenceRows(found, new Set())
    expect(differenceRows(found, new Set([part?.id ?? ''])).map(({ names }) => names)).toEqual([
      ['body', 'lead'],
      ['at'],
    ])
  })

  test('entries are counted from one, as everywhere', () => {
    const list = differencesOf([1, 2], [1, 3])
    expect(differenceRows(list.found, new Set())[0]?.names).toEqual(['2'])
  })

  test('data that is one plain value is one line', () => {
    expect(differenceRows(differencesOf(1, 2).found, new Set())).toMatchObject([
      { names: [], isOpen: null, count: 1 },
    ])
  })
})

describe('steps side by side', () => {
  const verdicts = (here: Step[], there: Step[]) =>
    pairedSteps(here, there).map(({ id, verdict }) => `${id} ${verdict}`)

  test('what ran in one only stands where it came', () => {
    const here = [step('a', 1), step('b', 2), step('d', 3)]
    const there = [step('x', 1), step('a', 2), step('c', 3), step('d', 4)]
    expect(verdicts(here, there)).toEqual([
      'x@ only_there',
      'a@ alike',
      'c@ only_there',
      'b@ only_here',
      'd@ alike',
    ])
  })

  test('another end comes before another way, and that before other data', () => {
    const here = [step('a', 1, { output: 1 }), step('b', 2), step('c', 3, { output: { n: 1 } })]
    const there = [
      step('a', 1, { status: 'failed', output: 2 }),
      step('b', 2, { port: 'false', output: 2 }),
      step('c', 3, { output: { n: 2 } }),
    ]
    expect(verdicts(here, there)).toEqual(['a@ status', 'b@ way', 'c@ data'])
  })

  test('data that was not fetched leaves the verdict open', () => {
    const pairs = pairedSteps([step('a', 1, { output: leftOut })], [step('a', 1)])
    expect(pairs.map(({ verdict }) => verdict)).toEqual(['open'])
    expect(pairs.some(differs)).toBe(false)
    expect(countVerdicts(pairs)).toMatchObject({ open: 1, alike: 0 })
  })

  test('items of a loop are compared with the same items, by the attempt that counts', () => {
    const here = [
      step('call', 1, { path: 'each:0', status: 'failed', superseded: true }),
      step('call', 2, { path: 'each:0', attempt: 2 }),
      step('call', 3, { path: 'each:1' }),
    ]
    const there = [step('call', 1, { path: 'each:0' }), step('call', 2, { path: 'each:1' })]
    const pairs = pairedSteps(here, there)
    expect(pairs.map(({ path, verdict }) => [path, verdict])).toEqual([
      ['each:0', 'alike'],
      ['each:1', 'alike'],
    ])
    expect(pairs[0]?.here?.attempts).toBe(2)
  })

  test('a step that goes on, or was passed over, took no time yet', () => {
    expect(tookOfSide({ step: step('a', 1), attempts: 1 })).toBe(250)
    expect(tookOfSide({ step: step('a', 1, { finished_at: null }), attempts: 1 })).toBeNull()
    expect(tookOfSide({ step: step('a', 1, { status: 'skipped' }), attempts: 1 })).toBeNull()
  })

  test('ten thousand steps are paired in a moment', () => {
    const many = () =>
      Array.from({ length: 10_000 }, (_, seq) => step('call', seq, { path: `each:${seq}` }))
    const [here, there] = [many(), many()]
    const before = performance.now()
    expect(pairedSteps(here, there)).toHaveLength(10_000)
    expect(performance.now() - before).toBeLessThan(3000)
  })
})

describe('what one compares with', () => {
  test('the replayed one is offered first, and the execution itself never', () => {
    const own = execution('3', { replay_of: '1' })
    const list = offered(own, [own, execution('2'), execution('1')], execution('1'))
    expect(list.map(({ id }) => id)).toEqual(['1', '2'])
    expect(likeliest(own, list)?.id).toBe('1')
  })

  test('otherwise the last one of its mode that went well', () => {
    const own = execution('9', { status: 'failed' })
    const list = [
      execution('8', { status: 'failed' }),
      execution('7', { mode: 'test' }),
      execution('6'),
    ]
    expect(likeliest(own, list)?.id).toBe('6')
    expect(likeliest(own, list.slice(0, 1))?.id).toBe('8')
    expect(likeliest(own, [])).toBeUndefined()
  })
})
