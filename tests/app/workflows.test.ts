import { describe, expect, test } from 'vitest'
import { scheduleWords } from '#lib/workflows/schedule-words.ts'
import { statusOf } from '#lib/workflows/rows.ts'

describe('the status of a workflow', () => {
  const workflow = { archived_at: null, live_version_id: null, latest_version_id: null }

  test('is draft until it’s published, then live, then paused', () => {
    expect(statusOf(workflow)).toBe('draft')
    expect(statusOf({ ...workflow, live_version_id: 'v', latest_version_id: 'v' })).toBe('live')
    expect(statusOf({ ...workflow, latest_version_id: 'v' })).toBe('paused')
  })

  test('is archived whatever it was before', () => {
    expect(statusOf({ ...workflow, archived_at: '2026-11-23', latest_version_id: 'v' })).toBe(
      'archived',
    )
  })
})

describe('a schedule in words', () => {
  test.each([
    ['0 9 * * 1', 'every Monday at 09:00'],
    ['0 9 * * 1-5', 'every working day at 09:00'],
    ['30 7,19 * * *', 'every day at 07:30 and 19:30'],
    ['*/15 * * * *', 'every 15 minutes'],
    ['0 * * * *', 'every hour'],
    ['0 */6 * * *', 'every 6 hours'],
    ['0 8 1 * *', 'on day 1 of every month at 08:00'],
    ['0 8 * * 0,3', 'every Sunday and Wednesday at 08:00'],
  ])('%s is "%s"', (cron, words) => {
    expect(scheduleWords(cron)).toBe(words)
  })

  test.each(['0 9 * 12 *', '5-10 9 * * *', '0 9 L * *', '0 9 1 * 1', '@daily', 'nonsense'])(
    '%s is shown as it was written: a wrong sentence is worse than none',
    (cron) => {
      expect(scheduleWords(cron)).toBe(`on the schedule ${cron}`)
    },
  )
})
