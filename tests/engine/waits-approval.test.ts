import { describe, expect, it } from 'vitest'
import { validateDefinition, registry, type DataObject } from '#lib/engine/index.ts'
import { bench, draw } from './bench.ts'
import { set } from './test-nodes.ts'

const HOUR = 3_600_000
const asking = (config: DataObject = {}) =>
  draw(
    {
      start: 'trigger.manual',
      ask: {
        type: 'logic.approval',
        config: { title: 'Discount for {{ trigger.name }}', ...config },
      },
      yes: set('{{ steps.ask.decided_by }}'),
      no: set('{{ steps.ask.comment }}'),
      ...(config['onTimeout'] === 'port' ? { late: set('late') } : {}),
    },
    [
      'start -> ask',
      'ask:approved -> yes',
      'ask:rejected -> no',
      ...(config['onTimeout'] === 'port' ? ['ask:timeout -> late'] : []),
    ],
  )
const decided = (decision: string) => ({
  decision,
  decided_by: 'Ada',
  comment: 'so be it',
  decisions: [{ by: 'Ada', decision, comment: 'so be it', at: '2026-11-23T09:00:00.000Z' }],
})
const started = async (config: DataObject = {}) => {
  const b = bench()
  const { execution, outcome } = await b.run(asking(config), { name: 'Grace' })
  const waits = () => b.store.executions.get(execution)?.waits ?? []
  const last = () =>
    b
      .steps(execution)
      .filter(({ status }) => status === 'succeeded')
      .at(-1)
  return { b, execution, outcome, waits, last }
}

describe('an approval', () => {
  it('says what is to be decided, by whom and until when', async () => {
    const { outcome, waits, b } = await started({
      ...{ who: 'people', people: 'ada@example.org, alan@example.org', policy: 'majority' },
      ...{ limited: true, patience: { amount: 2, unit: 'hours' } },
    })
    const until = b.clock.now() + 2 * HOUR
    expect(outcome).toEqual({ status: 'waiting', wakeAt: until })
    expect(waits()).toMatchObject([
      {
        kind: 'approval',
        key: 'decision',
        data: {
          title: 'Discount for Grace',
          policy: 'majority',
          role: null,
          people: ['ada@example.org', 'alan@example.org'],
          due_at: new Date(until).toISOString(),
        },
      },
    ])
  })

  it.each([
    ['approved', 'yes', 'Ada'],
    ['rejected', 'no', 'so be it'],
  ])('that is %s goes its own way', async (decision, node, value) => {
    const { b, execution, waits, last } = await started()
    b.store.deliver(execution, 'approval', 'decision', decided(decision))
    expect(await b.toTheEnd(execution)).toMatchObject({ status: 'succeeded' })
    expect(last()).toMatchObject({ node, output: { value } })
    expect(waits()).toEqual([])
  })

  it.each([
    ['approve', 'yes'],
    ['reject', 'no'],
    ['port', 'late'],
  ])('that nobody decides in time: %s', async (onTimeout, node) => {
    const { b, execution, last } = await started({
      ...{ limited: true, patience: { amount: 2, unit: 'hours' }, onTimeout },
    })
    const before = b.clock.now()
    expect(await b.toTheEnd(execution)).toMatchObject({ status: 'succeeded' })
    expect(b.clock.now() - before).toBeGreaterThanOrEqual(2 * HOUR)
    expect(last()).toMatchObject({ node })
  })

  it('fails when nobody decides in time, if nothing else is said', async () => {
    const { b, execution } = await started({ limited: true })
    expect(await b.toTheEnd(execution)).toMatchObject({
      status: 'failed',
      error: { code: 'wait.timed_out' },
    })
  })

  it('asks others, too, after some time, and still waits for the same decision', async () => {
    const { b, execution, waits, last } = await started({
      ...{ escalate: true, escalateAfter: { amount: 3, unit: 'hours' } },
      ...{ escalateTo: 'boss@example.org' },
      ...{ limited: true, patience: { amount: 1, unit: 'days' }, onTimeout: 'reject' },
    })
    const [decision] = waits()
    await b.clock.advance(3 * HOUR)
    const claimed = await b.store.claim(execution)
    if (claimed === null) throw new Error('it is due')
    await b.clock.until(b.engine.run(claimed))
    expect(waits()).toMatchObject([
      decision ?? {},
      { kind: 'approval', key: 'escalation', data: { people: ['boss@example.org'] } },
    ])
    b.store.deliver(execution, 'approval', 'decision', decided('approved'))
    expect(await b.toTheEnd(execution)).toMatchObject({ status: 'succeeded' })
    expect(last()).toMatchObject({ node: 'yes' })
    expect(waits()).toEqual([])
  })

  it('needs somebody to ask', () => {
    const problems = validateDefinition(asking({ who: 'people', escalate: true }), registry)
    expect(problems.map(({ field }) => field)).toEqual(
      expect.arrayContaining(['people', 'escalateTo']),
    )
    expect(new Set(problems.map(({ code, field }) => `${code} ${field}`)).size).toBe(
      problems.length,
    )
  })
})
