import { describe, expect, it } from 'vitest'
import { contextOf } from '#lib/builder/debug/context/context.ts'
import { referenceOf } from '#lib/builder/debug/data-tree.ts'
import { filtered, logLines } from '#lib/builder/debug/logs/log-lines.ts'
import { itemNumbered, nextTrouble, roundsOf, troubles } from '#lib/builder/debug/rounds.ts'
import { leftOut, type Step } from '#lib/executions/rows.ts'
import { execution, step } from '../app/executions-source.ts'
import { drawing } from './debug-scene.ts'

describe('what a step could use', () => {
  const one = { ...execution(1), trigger_node: 'hook' }
  const seen = (of: Step, steps: Step[]) => contextOf(of, one, steps, drawing)

  it('is what was done before it on the ways that lead to it, by the names of templates', () => {
    const steps = [
      step('hook', 1, { output: { body: { amount: 7 } } }),
      step('big', 2, { output: { matched: true }, port: 'true' }),
      step('after', 3, { output: { elsewhere: 1 } }),
      step('keep', 4, { output: { record: { id: 'r' } } }),
    ]
    const { data } = seen(step('keep', 4), steps)
    expect(data['trigger']).toEqual({ body: { amount: 7 } })
    expect(data['steps']).toEqual({ big: { matched: true } })
    expect('item' in data).toBe(false)
  })

  it('has the item of each loop around it', () => {
    const steps = [
      step('hook', 1, { output: {} }),
      step('each', 2, { status: 'running', input: { items: [{ deal: 1 }, { deal: 2 }] } }),
      step('inner', 3, { path: 'each:1', status: 'running', input: { items: ['x', 'y', 'z'] } }),
      step('call', 4, { path: 'each:1/inner:2' }),
    ]
    const { data } = seen(step('call', 4, { path: 'each:1/inner:2' }), steps)
    expect(data['item']).toBe('z')
    expect(data['index']).toBe(2)
    expect(data['loop']).toMatchObject({
      ...{ number: 3, count: 3, last: true },
      parent: { number: 2, item: { deal: 2 } },
    })
  })

  it('collects variables, the later ones winning', () => {
    const steps = [
      step('hook', 1, { output: {} }),
      step('small', 2, { output: { a: 1, b: 1 } }),
      step('after', 3, { output: { b: 2 } }),
    ]
    expect(seen(step('after', 4), steps).data['vars']).toEqual({ a: 1, b: 1 })
  })

  it('tells what is still to be fetched', () => {
    const hook = step('hook', 1, { output: leftOut })
    const { data, toFetch } = seen(step('big', 2), [hook])
    expect(toFetch).toEqual([hook])
    expect(data['trigger']).toBe('(large: not fetched yet)')
  })

  it('is referred to by the name that fields know', () => {
    expect(referenceOf('', ['steps', 'keep', 'record', 'id'])).toBe('{{ steps.keep.record.id }}')
  })
})

describe('a step among its likes', () => {
  const steps = [
    step('call', 1, { path: 'each:0', status: 'failed' }),
    step('call', 2, { path: 'each:0', attempt: 2 }),
    step('call', 3, { path: 'each:1', status: 'failed' }),
    step('call', 4, { path: 'each:4' }),
    step('call', 5, { path: 'other:0' }),
  ]
  const of = (at: number) => roundsOf(steps[at] ?? step('none', 0), steps)

  it('has the latest try for each item of its own loop', () => {
    expect(of(3).items.map(({ seq }) => seq)).toEqual([2, 3, 4])
    expect(of(3).at).toBe(2)
    expect(of(0).tries.map(({ attempt }) => attempt)).toEqual([1, 2])
  })

  it('leads to an item by its number, or to the nearest after it', () => {
    expect(itemNumbered(of(3), 2)?.seq).toBe(3)
    expect(itemNumbered(of(3), 3)?.seq).toBe(4)
    expect(itemNumbered(of(3), 99)?.seq).toBe(4)
    expect(itemNumbered(of(3), Number.NaN)).toBeUndefined()
  })

  it('leads to the next item that failed, round the end', () => {
    expect(nextTrouble(of(3))?.seq).toBe(3)
    expect(nextTrouble(of(2))).toBeUndefined()
    expect(troubles(of(2))).toBe(1)
  })
})

describe('the log', () => {
  const error = { code: 'x', title: 'It was refused', detail: 'With 500.', retryable: false }
  const at = (second: number) => `2026-11-23T10:00:0${second}.000Z`
  const steps = [
    step('hook', 1, { started_at: at(0), finished_at: at(1) }),
    step('mail', 2, {
      ...{ started_at: at(2), finished_at: at(4), path: 'each:2', status: 'failed', error },
      logs: [{ at: at(3), level: 'warning', message: 'slow' }],
    }),
    step('keep', 3, { status: 'skipped' }),
  ]
  const read = (lines: ReturnType<typeof logLines>) =>
    lines.map(({ level, title, message }) => `${level} ${title}: ${message}`)

  it('reads in the order of time, in words', () => {
    expect(read(logLines(steps, drawing))).toEqual([
      'info A lead comes in: Began',
      'info A lead comes in: Done in 1.0 s',
      'info Write to them, item 3: Began',
      'warning Write to them, item 3: slow',
      'problem Write to them, item 3: It was refused: With 500.',
    ])
  })

  it('is narrowed by what is bad, by step and by words', () => {
    const lines = logLines(steps, drawing)
    const all = { level: 'info', node: '', typed: '' } as const
    expect(filtered(lines, { ...all, level: 'warning' })).toHaveLength(2)
    expect(filtered(lines, { ...all, node: 'hook' })).toHaveLength(2)
    expect(read(filtered(lines, { ...all, typed: 'REFUSED' }))).toHaveLength(1)
    expect(filtered(lines, { ...all, level: 'problem', node: 'hook' })).toEqual([])
  })

  it('has a line for each beginning and end, also of 10,000 steps', () => {
    const many = Array.from({ length: 10_000 }, (_, n) => step('call', n, { path: `each:${n}` }))
    expect(logLines(many, drawing)).toHaveLength(20_000)
  })
})
