import { z } from 'zod'
import { cronIssue } from '../../schedule/next-time.ts'
import { isTimeZone } from '../../time/zone.ts'
import { defineNode, NO_INPUT, type ConfigIssue } from '../define-node.ts'
import { field } from '../fields.ts'

const config = z.object({
  cron: field
    .cron({ label: 'When', hint: 'For example every working day at 9:00.' })
    .default('0 9 * * 1-5'),
  timeZone: field
    .timeZone({ label: 'Time zone', hint: 'Empty: the time zone of the workspace.' })
    .default(''),
})

/** Starts at times of the clock, in a time zone; see schedule/next-time.ts for what happens when clocks change. */
export const scheduleTrigger = defineNode({
  type: 'trigger.schedule',
  version: 1,
  category: 'triggers',
  title: 'Schedule',
  description: 'Starts by itself at set times, for example every Monday at 9:00.',
  icon: 'calendar-clock',
  effect: 'pure',
  ports: () => NO_INPUT,
  config,
  output: z.object({ scheduled_at: z.string() }),
  sample: { scheduled_at: '2026-11-23T09:00:00.000Z' },
  check({ cron, timeZone }) {
    const issues: ConfigIssue[] = []
    const problem = cron === undefined ? null : cronIssue(cron)
    if (problem !== null) {
      issues.push({
        code: 'schedule.invalid_cron',
        field: 'cron',
        title: 'This schedule cannot be read',
        detail: problem,
        hint: 'Five parts: minute, hour, day of the month, month, day of the week. "0 9 * * 1-5" is every working day at 9:00.',
      })
    }
    if (timeZone !== undefined && timeZone !== '' && !isTimeZone(timeZone)) {
      issues.push({
        code: 'schedule.unknown_time_zone',
        field: 'timeZone',
        title: 'Unknown time zone',
        detail: `There is no time zone called "${timeZone}".`,
        hint: 'Pick one from the list, for example Europe/Berlin.',
      })
    }
    return issues
  },
  run(_config, { trigger, now }) {
    const planned =
      typeof trigger === 'object' && trigger !== null && !Array.isArray(trigger)
        ? trigger['scheduled_at']
        : undefined
    return { scheduled_at: typeof planned === 'string' ? planned : now }
  },
})

/** Reads the config of a schedule trigger as it's stored; an empty time zone means the workspace's. */
export function readSchedule(
  stored: unknown,
  workspaceTimeZone: string,
): { cron: string; timeZone: string } {
  const { cron, timeZone } = config.parse(stored)
  return { cron, timeZone: timeZone === '' ? workspaceTimeZone : timeZone }
}
