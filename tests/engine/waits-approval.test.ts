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

  describe('with reminders', () => {
    const remind = {
      ...{ remind: true, remindEvery: { amount: 1, unit: 'days' }, remindTimes: 3 },
    } satisfies DataObject
    const DAY = 24 * HOUR
    const keys = (waits: { key: string }[]) => waits.map(({ key }) => key)

    /** Lets time pass and takes the execution up, as a worker would. */
    const after = async ({ b, execution }: Awaited<ReturnType<typeof started>>, time: number) => {
      await b.clock.advance(time)
      const claimed = await b.store.claim(execution)
      if (claimed === null) throw new Error('it is not due')
      return await b.clock.until(b.engine.run(claimed))
    }

    it('reminds so often, each time after that long, and then waits in silence', async () => {
      const step = await started(remind)
      expect(step.outcome).toEqual({ status: 'waiting', wakeAt: step.b.clock.now() + DAY })
      expect(keys(step.waits())).toEqual(['decision'])
      for (const number of [1, 2]) {
        const outcome = await after(step, DAY)
        expect(outcome).toEqual({ status: 'waiting', wakeAt: step.b.clock.now() + DAY })
        expect(keys(step.waits()).at(-1)).toBe(`reminder-${number}`)
      }
      expect(await after(step, DAY)).toEqual({ status: 'waiting', wakeAt: null })
      expect(keys(step.waits())).toEqual(['decision', 'reminder-1', 'reminder-2', 'reminder-3'])
      step.b.store.deliver(step.execution, 'approval', 'decision', decided('approved'))
      expect(await step.b.toTheEnd(step.execution)).toMatchObject({ status: 'succeeded' })
      expect(step.waits()).toEqual([])
    })

    it('reminds once when nobody was there to do so for days', async () => {
      const step = await started(remind)
      const outcome = await after(step, 10 * DAY)
      expect(outcome).toEqual({ status: 'waiting', wakeAt: step.b.clock.now() + DAY })
      expect(keys(step.waits())).toEqual(['decision', 'reminder-1'])
    })

    it('reminds nobody when it is decided by the time that the reminder is due', async () => {
      const step = await started(remind)
      step.b.store.deliver(step.execution, 'approval', 'decision', decided('approved'))
      expect(await after(step, DAY)).toMatchObject({ status: 'succeeded' })
      expect(step.last()).toMatchObject({ node: 'yes' })
    })

    it('reminds nobody when the time is up at the same moment', async () => {
      const step = await started({
        ...{ ...remind, limited: true, patience: { amount: 1, unit: 'days' } },
        onTimeout: 'reject',
      })
      expect(await after(step, DAY)).toMatchObject({ status: 'succeeded' })
      expect(step.last()).toMatchObject({ node: 'no' })
    })

    it('reminds before others are asked, who need none', async () => {
      const step = await started({
        ...{ ...remind, escalate: true, escalateAfter: { amount: 1, unit: 'days' } },
        escalateTo: 'boss@example.org',
      })
      await after(step, DAY)
      expect(keys(step.waits())).toEqual(['decision', 'reminder-1', 'escalation'])
    })

    it('allows some reminders, but no flood of them', () => {
      const fields = (remindTimes: number) =>
        validateDefinition(asking({ ...remind, remindTimes }), registry).map(({ field }) => field)
      expect(fields(20)).toEqual([])
      for (const times of [0, 1.5, 21]) expect(fields(times)).toContain('remindTimes')
    })
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
