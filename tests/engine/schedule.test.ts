import { describe, expect, it } from 'vitest'
import { cronIssue, nextTime, nextTimes } from '#lib/engine/index.ts'

const next = (cron: string, zone: string, after: string): string | null => {
  const at = nextTime(cron, zone, Date.parse(after))
  return at === null ? null : new Date(at).toISOString()
}

describe('the next time of a schedule', () => {
  it('is after the moment given, never at it', () => {
    expect(next('0 9 * * *', 'UTC', '2026-11-23T09:00:00Z')).toBe('2026-11-24T09:00:00.000Z')
    expect(next('0 9 * * *', 'UTC', '2026-11-23T08:59:59Z')).toBe('2026-11-23T09:00:00.000Z')
  })

  it('is by the clocks of its time zone', () => {
    expect(next('0 9 * * *', 'Europe/Berlin', '2026-07-01T00:00:00Z')).toBe(
      '2026-07-01T07:00:00.000Z',
    )
    expect(next('0 9 * * *', 'Europe/Berlin', '2026-12-01T00:00:00Z')).toBe(
      '2026-12-01T08:00:00.000Z',
    )
    expect(next('0 9 * * *', 'Asia/Kolkata', '2026-12-01T00:00:00Z')).toBe(
      '2026-12-01T03:30:00.000Z',
    )
  })

  it('a fixed time in the hour that is skipped in spring fires once, right after the gap', () => {
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z')).toBe(
      '2026-03-29T01:00:00.000Z',
    )
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-03-29T01:00:00Z')).toBe(
      '2026-03-30T00:30:00.000Z',
    )
  })

  it('a fixed time in the hour that comes twice in autumn fires once, the first time', () => {
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z')).toBe(
      '2026-10-25T00:30:00.000Z',
    )
    expect(next('30 2 * * *', 'Europe/Berlin', '2026-10-25T00:30:00Z')).toBe(
      '2026-10-26T01:30:00.000Z',
    )
  })

  it('a repeating schedule follows real time through both', () => {
    const times = (after: string) =>
      nextTimes('*/30 * * * *', 'Europe/Berlin', Date.parse(after), 4).map((at) =>
        new Date(at).toISOString().slice(11, 16),
      )
    expect(times('2026-03-29T00:30:00Z')).toEqual(['01:00', '01:30', '02:00', '02:30'])
    expect(times('2026-10-25T00:00:00Z')).toEqual(['00:30', '01:00', '01:30', '02:00'])
  })

  it('knows names of days and months, lists, ranges and steps', () => {
    expect(next('0 8-18/5 * JAN,JUL MON-FRI', 'UTC', '2026-01-03T00:00:00Z')).toBe(
      '2026-01-05T08:00:00.000Z',
    )
  })

  it('day of the month and day of the week: either is enough', () => {
    expect(next('0 0 13 * 5', 'UTC', '2026-11-07T00:00:00Z')).toBe('2026-11-13T00:00:00.000Z')
    expect(next('0 0 13 * 5', 'UTC', '2026-11-13T00:00:00Z')).toBe('2026-11-20T00:00:00.000Z')
  })

  it('a leap day waits for its year', () => {
    expect(next('0 0 29 2 *', 'UTC', '2026-11-23T00:00:00Z')).toBe('2028-02-29T00:00:00.000Z')
  })
})

it.each([
  ['', 'The schedule is empty.'],
  ['0 9 * *', 'A schedule has five parts; this one has 4.'],
  ['0 0 9 * * *', 'A schedule has five parts; this one has 6.'],
  ['60 9 * * *', '"60 9 * * *" has a part that is not a time.'],
  ['0 0 30 2 *', 'There is no such day: it would never fire.'],
  ['*/15 8-18 * * 1-5', null],
])('%j: %s', (cron, issue) => {
  expect(cronIssue(cron)).toBe(issue)
})
