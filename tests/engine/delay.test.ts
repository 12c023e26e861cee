import { describe, expect, it } from 'vitest'
import { registry, validateDefinition, type DataObject } from '#lib/engine/index.ts'
import {
  afterBusinessTime,
  minutesOf,
  nextTimeOfDay,
} from '../../src/lib/engine/time/business-hours.ts'
import { bench, draw } from './bench.ts'

const at = (text: string): number => Date.parse(text)
const iso = (moment: number): string => new Date(moment).toISOString()
const HOUR = 3_600_000

describe('business hours', () => {
  const hours = { days: [1, 2, 3, 4, 5], from: 9 * 60, to: 17 * 60, timeZone: 'Europe/Berlin' }
  it.each([
    ['within them, no time: at once', '2026-11-23T10:00:00Z', 0, '2026-11-23T10:00:00.000Z'],
    ['before them: when they begin', '2026-11-23T05:00:00Z', 0, '2026-11-23T08:00:00.000Z'],
    ['after them: the next day', '2026-11-23T18:00:00Z', 0, '2026-11-24T08:00:00.000Z'],
    ['at their very end: the next day', '2026-11-23T16:00:00Z', 0, '2026-11-24T08:00:00.000Z'],
    ['on Friday evening: on Monday', '2026-11-27T18:00:00Z', 0, '2026-11-30T08:00:00.000Z'],
    ['two hours of a morning', '2026-11-23T08:30:00Z', 2, '2026-11-23T10:30:00.000Z'],
    ['over the night', '2026-11-23T15:00:00Z', 2, '2026-11-24T09:00:00.000Z'],
    ['over the weekend', '2026-11-27T15:30:00Z', 3, '2026-11-30T10:30:00.000Z'],
    ['a whole week', '2026-11-23T08:00:00Z', 40, '2026-11-27T16:00:00.000Z'],
    // Clocks go back on 25 October 2026: nine o'clock is an hour later in UTC from then on.
    ['over the end of summer time', '2026-10-23T14:30:00Z', 1, '2026-10-26T08:30:00.000Z'],
  ])('%s', (_name, from, amount, expected) => {
    expect(iso(afterBusinessTime(at(from), amount * HOUR, hours))).toBe(expected)
  })

  it('count what the clocks show on the day when an hour is missing', () => {
    const nights = { days: [0], from: 60, to: 4 * 60, timeZone: 'Europe/Berlin' }
    // 29 March 2026: from 1 to 4 by the clocks is two hours long.
    expect(iso(afterBusinessTime(at('2026-03-29T00:00:00Z'), 2 * HOUR, nights))).toBe(
      '2026-03-29T02:00:00.000Z',
    )
    expect(iso(afterBusinessTime(at('2026-03-29T00:00:00Z'), 3 * HOUR, nights))).toBe(
      '2026-04-05T00:00:00.000Z',
    )
  })
})

describe('a time of day', () => {
  it.each([
    ['later today', '2026-11-23T05:00:00Z', '2026-11-23T08:00:00.000Z'],
    ['tomorrow, when it has passed', '2026-11-23T12:00:00Z', '2026-11-24T08:00:00.000Z'],
    ['tomorrow, when it is just now', '2026-11-23T08:00:00Z', '2026-11-24T08:00:00.000Z'],
    ['by the clocks of the next day', '2026-10-24T12:00:00Z', '2026-10-25T08:00:00.000Z'],
  ])('%s', (_name, now, expected) => {
    expect(iso(nextTimeOfDay(at(now), 9 * 60, 'Europe/Berlin'))).toBe(expected)
  })

  it('is read as people write it', () => {
    expect(['09:00', '9:05', '24:00', '24:01', '9', '09:60', 'noon'].map(minutesOf)).toEqual([
      540,
      545,
      1440,
      ...[undefined, undefined, undefined, undefined],
    ])
  })
})

describe('the delay step', () => {
  const waiting = (config: DataObject) =>
    draw({ start: 'trigger.manual', wait: { type: 'logic.delay', config } }, ['start -> wait'])

  it('waits for business hours of the workspace, or of another place', async () => {
    // The clock of the tests starts on a Monday at 9:00 UTC, which is 10:00 in Berlin and 4:00 in New York.
    const b = bench()
    const berlin = await b.run(waiting({ mode: 'office' }))
    expect(berlin.outputs['wait']).toEqual({ waited_until: '2026-11-23T09:00:00.000Z' })
    const { outcome } = await b.run(waiting({ mode: 'office', timeZone: 'America/New_York' }))
    expect(outcome).toEqual({ status: 'waiting', wakeAt: at('2026-11-23T14:00:00Z') })
  })

  it('waits for a time of day', async () => {
    const b = bench()
    const { outcome } = await b.run(waiting({ mode: 'time', time: '09:30' }))
    expect(outcome).toEqual({ status: 'waiting', wakeAt: at('2026-11-24T08:30:00Z') })
  })

  it('says what cannot be a time', () => {
    const codes = (config: DataObject) =>
      validateDefinition(waiting(config), registry).map(({ code, field }) => [code, field])
    expect(codes({ mode: 'time', time: 'noon' })).toEqual([['delay.not_a_time', 'time']])
    expect(codes({ mode: 'office', from: '17:00', to: '09:00' })).toEqual([
      ['delay.no_hours', 'to'],
    ])
    expect(codes({ mode: 'time', timeZone: 'Mars/Olympus' })).toEqual([
      ['delay.unknown_time_zone', 'timeZone'],
    ])
  })
})
