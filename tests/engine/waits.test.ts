import { describe, expect, it } from 'vitest'
import { createEngine, registry, type DataObject } from '#lib/engine/index.ts'
import { bench, draw } from './bench.ts'
import { create, set } from './test-nodes.ts'

const PIPELINE = '00000000-0000-4000-8000-00000000000f'
const waiting = (type: string, config: DataObject = {}) =>
  draw(
    {
      start: 'trigger.manual',
      make: create("{{ trigger.name | default: 'Ada' }}"),
      wait: { type, config },
      after: set('{{ steps.wait }}'),
      late: set('late'),
    },
    [
      'start -> make -> wait -> after',
      ...(config['onTimeout'] === 'port' ? ['wait:timeout -> late'] : []),
    ],
  )
const patient = { limited: true, patience: { amount: 2, unit: 'hours' } }

describe('waiting for a call', () => {
  it('goes on with what was called', async () => {
    const b = bench()
    const { execution, outcome } = await b.run(waiting('logic.wait_callback'))
    expect(outcome).toEqual({ status: 'waiting', wakeAt: null })
    expect(
      b.store.deliver(execution, 'callback', '', { method: 'POST', body: { paid: true } }),
    ).toBe(true)
    // The first one wins.
    expect(b.store.deliver(execution, 'callback', '', { body: 'again' })).toBe(false)
    expect(await b.toTheEnd(execution)).toMatchObject({
      status: 'succeeded',
      output: { value: { method: 'POST', body: { paid: true } } },
    })
    expect(b.store.executions.get(execution)?.waits).toEqual([])
  })

  it('fails, goes on or takes another way when the time is up', async () => {
    const ends = []
    for (const onTimeout of ['fail', 'continue', 'port']) {
      const b = bench()
      const { execution } = await b.run(waiting('logic.wait_callback', { ...patient, onTimeout }))
      const started = b.clock.now()
      const outcome = await b.toTheEnd(execution)
      expect(b.clock.now() - started).toBeGreaterThanOrEqual(2 * 3_600_000)
      const names = b
        .steps(execution)
        .filter(({ status }) => status === 'succeeded')
        .map(({ node }) => node)
      ends.push([outcome.status, names.at(-1)])
    }
    expect(ends).toEqual([
      ['failed', 'make'],
      ['succeeded', 'after'],
      ['succeeded', 'late'],
    ])
  })

  it('the time limit of the whole execution counts while it waits', async () => {
    const b = bench()
    const definition = draw(
      { start: 'trigger.manual', wait: { type: 'logic.wait_callback', config: patient } },
      ['start -> wait'],
      { timeoutSeconds: 600 },
    )
    const { execution } = await b.run(definition)
    expect(await b.toTheEnd(execution)).toMatchObject({ status: 'timed_out' })
    expect(b.store.executions.get(execution)?.waits).toEqual([])
  })

  it('earlier steps know the address', async () => {
    const b = bench()
    const definition = draw(
      { start: 'trigger.manual', tell: set('{{ execution.callback_url }}') },
      ['start -> tell'],
    )
    const engine = createEngine({
      ...{ store: b.store, services: b.services, registry, owner: 'test' },
      addresses: { callback: (id) => `https://weft.test/${id}` },
    })
    const claimed = await b.accept(b.publish(definition))
    expect(await b.clock.until(engine.run(claimed))).toMatchObject({
      output: { value: `https://weft.test/${claimed.lease.execution}` },
    })
  })

  it('what arrives while another branch is at work is found when that is done', async () => {
    const b = bench()
    const definition = draw(
      {
        start: 'trigger.manual',
        wait: { type: 'logic.wait_callback' },
        sleep: { type: 'logic.delay', config: { duration: { amount: 1, unit: 'hours' } } },
        both: 'logic.merge',
      },
      ['start -> wait -> both', 'start -> sleep -> both'],
    )
    const { execution } = await b.run(definition)
    b.store.deliver(execution, 'callback', '', { body: 1 })
    const stored = b.store.executions.get(execution)
    expect(stored?.wakeAt).toBe(b.clock.now())
    expect(await b.toTheEnd(execution)).toMatchObject({ status: 'succeeded' })
  })
})

describe('waiting for a change of a record', () => {
  const change = {
    record: { name: 'Ada', status: 'paid' },
    changed: { status: { from: 'open', to: 'paid' } },
    deleted: false,
  }
  const config = {
    pipeline: PIPELINE,
    record: '{{ steps.make.record }}',
    field: 'status',
    value: 'paid',
  }

  it('says which change is meant, and hands it on', async () => {
    const b = bench()
    const { execution } = await b.run(waiting('logic.wait_record', config), { name: 'Ada' })
    const [wait] = b.store.executions.get(execution)?.waits ?? []
    expect(wait).toMatchObject({
      kind: 'record',
      data: { event: 'field', field: 'status', value: 'paid' },
    })
    b.store.deliver(execution, 'record', wait?.key ?? '', change)
    expect(await b.toTheEnd(execution)).toMatchObject({ output: { value: change } })
  })

  it('fails at once when there is no such record', async () => {
    const b = bench()
    const { error } = await b.run(
      waiting('logic.wait_record', { ...config, record: '00000000-0000-4000-8000-00000000dead' }),
      { name: 'Ada' },
    )
    expect(error).toMatchObject({ node: 'wait' })
  })
})

describe('waiting for a condition', () => {
  const config = {
    pipeline: PIPELINE,
    record: '{{ steps.make.record }}',
    rules: { all: [{ left: 'name', op: 'equals', right: 'Grace' }] },
  }

  it('goes on at once when it is true already', async () => {
    const b = bench()
    const { outcome } = await b.run(waiting('logic.wait_condition', config), { name: 'Grace' })
    expect(outcome.status).toBe('succeeded')
  })

  it('looks again at each change, and at the record as it is then', async () => {
    const b = bench()
    const { execution } = await b.run(waiting('logic.wait_condition', config), { name: 'Ada' })
    const stored = b.store.executions.get(execution)
    if (stored === undefined) throw new Error('it has just run')
    const records = b.store.records(stored.made.workspace)
    const [record] = records.all()
    const change = async (name: string) => {
      await records.update(record?.id ?? '', { name })
      expect(b.store.deliver(execution, 'record', record?.id ?? '', {})).toBe(true)
      const claimed = await b.store.claim(execution)
      return claimed === null ? null : await b.clock.until(b.engine.run(claimed))
    }
    expect(await change('Alan')).toMatchObject({ status: 'waiting' })
    expect(await change('Grace')).toMatchObject({ status: 'succeeded' })
  })

  it('looks now and then, too, and gives up when its time is up', async () => {
    const b = bench()
    const { execution } = await b.run(
      waiting('logic.wait_condition', { ...config, ...patient, onTimeout: 'port' }),
      { name: 'Ada' },
    )
    expect(await b.toTheEnd(execution)).toMatchObject({
      status: 'succeeded',
      output: { value: 'late' },
    })
  })
})

describe('waiting for a reply', () => {
  const reply = {
    ...{ message_id: '<2@example.org>', from: 'ada@example.org', subject: 'Re: Offer' },
    ...{ text: 'Yes', automatic: false },
  }

  it('names the message, and hands on what was answered', async () => {
    const b = bench()
    const { execution } = await b.run(
      waiting('logic.wait_reply', { message: '<1@weft.test>', keyword: ' yes ' }),
    )
    expect(b.store.executions.get(execution)?.waits).toMatchObject([
      { kind: 'reply', key: '1@weft.test', data: { keyword: 'yes', skip_automatic: true } },
    ])
    b.store.deliver(execution, 'reply', '1@weft.test', reply)
    expect(await b.toTheEnd(execution)).toMatchObject({ output: { value: reply } })
  })

  it('says so when there is no message to answer', async () => {
    const { error } = await bench().run(
      waiting('logic.wait_reply', { message: '{{ trigger.x }}' }),
      {
        x: '',
      },
    )
    expect(error).toMatchObject({ code: 'reply.no_message', field: 'message' })
  })
})
