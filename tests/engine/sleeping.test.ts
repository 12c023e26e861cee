import { describe, expect, it } from 'vitest'
import { bench, draw } from './bench.ts'
import { callNode, each, set } from './test-nodes.ts'

describe('waiting', () => {
  const delay = (config: { [key: string]: never } | object) => ({
    type: 'logic.delay',
    config: config as never,
  })

  it('holds no process: it is stored with the moment to go on, and goes on there', async () => {
    const b = bench()
    const ran = await b.run(
      draw(
        {
          start: 'trigger.manual',
          wait: delay({ duration: { amount: 3, unit: 'days' } }),
          end: set('{{ steps.wait.waited_until }}'),
        },
        ['start -> wait -> end'],
      ),
    )
    const moment = Date.parse('2026-11-26T09:00:00Z')
    expect(ran.outcome).toEqual({ status: 'waiting', wakeAt: moment })
    expect(ran.steps['wait']).toMatchObject({ status: 'waiting', finishedAt: null })
    expect(b.engine.active()).toEqual([])
    expect(await b.toTheEnd(ran.execution)).toMatchObject({
      status: 'succeeded',
      output: { value: '2026-11-26T09:00:00.000Z' },
    })
    const waits = b.steps(ran.execution).filter(({ node }) => node === 'wait')
    expect(waits).toHaveLength(1)
    expect(waits[0]).toMatchObject({
      status: 'succeeded',
      attempt: 1,
      startedAt: '2026-11-23T09:00:00.000Z',
    })
  })

  it('until a date, in the time zone of the workspace', async () => {
    const b = bench()
    const ran = await b.run(
      draw(
        {
          start: 'trigger.manual',
          wait: delay({ mode: 'until', until: '{{ trigger.day }} 08:00' }),
        },
        ['start -> wait'],
      ),
      { day: '2026-12-01' },
    )
    expect(ran.outcome).toMatchObject({ wakeAt: Date.parse('2026-12-01T07:00:00Z') })
  })

  it('until a moment that has passed is no wait', async () => {
    const ran = await bench().run(
      draw({ start: 'trigger.manual', wait: delay({ mode: 'until', until: '2020-01-01' }) }, [
        'start -> wait',
      ]),
    )
    expect(ran.outcome.status).toBe('succeeded')
  })

  it('until something that is no date says so', async () => {
    const ran = await bench().run(
      draw({ start: 'trigger.manual', wait: delay({ mode: 'until', until: 'soon' }) }, [
        'start -> wait',
      ]),
    )
    expect(ran.error).toMatchObject({ code: 'delay.not_a_date', field: 'until' })
  })

  it('in several branches: the earliest first, and what runs meanwhile is not held up', async () => {
    const b = bench([callNode(() => 1)])
    const ran = await b.run(
      draw(
        {
          start: 'trigger.manual',
          long: delay({ duration: { amount: 2, unit: 'hours' } }),
          short: delay({ duration: { amount: 1, unit: 'hours' } }),
          call: 'test.call',
          join: 'logic.merge',
        },
        ['start -> long -> join', 'start -> short -> join', 'start -> call -> join'],
      ),
    )
    expect(ran.steps['call']?.status).toBe('succeeded')
    expect(ran.outcome).toMatchObject({ wakeAt: Date.parse('2026-11-23T10:00:00Z') })
    expect(await b.toTheEnd(ran.execution)).toMatchObject({ status: 'succeeded' })
    expect(b.clock.now()).toBeGreaterThanOrEqual(Date.parse('2026-11-23T11:00:00Z'))
  })

  it('inside a loop', async () => {
    const b = bench()
    const ran = await b.run(
      draw(
        {
          start: 'trigger.manual',
          loop: each('{{ trigger.list }}'),
          wait: delay({ duration: { amount: 1, unit: 'hours' } }),
          a: set('{{ item }}'),
        },
        ['start -> loop', 'loop:each -> wait -> a'],
      ),
      { list: [1, 2, 3] },
    )
    expect(await b.toTheEnd(ran.execution)).toMatchObject({
      status: 'succeeded',
      output: { results: [{ value: 1 }, { value: 2 }, { value: 3 }] },
    })
    expect(b.clock.now()).toBeGreaterThanOrEqual(Date.parse('2026-11-23T12:00:00Z'))
  })
})
