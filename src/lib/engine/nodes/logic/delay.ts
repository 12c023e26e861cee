import { z } from 'zod'
import { ConfigProblem } from '../../errors.ts'
import { afterBusinessTime, minutesOf, nextTimeOfDay } from '../../time/business-hours.ts'
import { parseMoment } from '../../time/moment.ts'
import { isTimeZone } from '../../time/zone.ts'
import { defineNode, finish, suspend, type ConfigIssue } from '../define-node.ts'
import { durationMs } from '../duration.ts'
import { field } from '../fields.ts'

const TEN_YEARS = 3653 * 86_400_000

const DAYS = {
  workdays: [1, 2, 3, 4, 5],
  saturdays: [1, 2, 3, 4, 5, 6],
  daily: [0, 1, 2, 3, 4, 5, 6],
} as const

const OFFICE = { field: 'mode', is: ['office'] }
const CLOCK = { field: 'mode', is: ['time', 'office'] }

const config = z.object({
  mode: field
    .select({ label: 'Wait' }, [
      { value: 'for', label: 'For some time' },
      { value: 'until', label: 'Until a date' },
      { value: 'time', label: 'Until a time of day' },
      { value: 'office', label: 'Until business hours' },
    ])
    .default('for'),
  duration: field
    .duration({ label: 'How long', showWhen: { field: 'mode', is: ['for'] } })
    .default({ amount: 5, unit: 'minutes' }),
  until: field
    .template({
      label: 'Until',
      hint: 'A date like 2026-11-23 or 2026-11-23 09:00, in the time zone of the workspace.',
      showWhen: { field: 'mode', is: ['until'] },
      required: true,
    })
    .optional(),
  time: field
    .text({
      label: 'Time of day',
      hint: 'Such as 09:00. If it is later than that today, it is waited for until tomorrow.',
      showWhen: { field: 'mode', is: ['time'] },
    })
    .default('09:00'),
  days: field
    .select({ label: 'Working days', showWhen: OFFICE }, [
      { value: 'workdays', label: 'Monday to Friday' },
      { value: 'saturdays', label: 'Monday to Saturday' },
      { value: 'daily', label: 'Every day' },
    ])
    .default('workdays'),
  from: field.text({ label: 'From', showWhen: OFFICE }).default('09:00'),
  to: field.text({ label: 'To', showWhen: OFFICE }).default('17:00'),
  hours: field
    .number({
      label: 'After so many business hours',
      hint: '0: as soon as it is within business hours. Nights and free days do not count.',
      showWhen: OFFICE,
    })
    .min(0)
    .max(10_000)
    .default(0),
  timeZone: field
    .timeZone({ label: 'Time zone', hint: 'Empty: that of the workspace.', showWhen: CLOCK })
    .default(''),
})
type Config = z.infer<typeof config>

const sleep = (until: number) => suspend(until, { until })
const woken = (until: number) => finish({ waited_until: new Date(until).toISOString() })

/** Waits in the database, for a while or until a moment; nothing runs meanwhile. */
export const delay = defineNode({
  type: 'logic.delay',
  version: 1,
  category: 'logic',
  title: 'Delay',
  description: 'Waits for a while, until a date, a time of day or business hours.',
  icon: 'timer',
  effect: 'suspending',
  readOnly: true,
  config,
  output: z.object({ waited_until: z.string() }),
  sample: { waited_until: '2026-11-23T09:00:00.000Z' },
  check: ({ mode, time, from, to, timeZone }) => [
    ...(mode === 'time' ? timeIssues('time', time) : []),
    ...(mode === 'office' ? [...timeIssues('from', from), ...timeIssues('to', to)] : []),
    ...(mode === 'office' && (minutesOf(from ?? '') ?? 0) >= (minutesOf(to ?? '') ?? Infinity)
      ? [endBeforeBegin()]
      : []),
    ...(timeZone !== undefined && timeZone !== '' && !isTimeZone(timeZone)
      ? [unknownZone(timeZone)]
      : []),
  ],
  run(settings, { clock, workspace }) {
    const now = clock.now()
    const wanted = momentWanted(settings, now, workspace.timeZone)
    if (wanted - now > TEN_YEARS) throw tooLong(settings.mode)
    // A moment that has passed is no reason to wait.
    return wanted <= now ? woken(wanted) : sleep(wanted)
  },
  resume(_config, state, { clock }) {
    const until = z.object({ until: z.number() }).parse(state).until
    return clock.now() >= until ? woken(until) : sleep(until)
  },
})

/** Milliseconds since 1970. Times of day have been checked with the rest of the config. */
function momentWanted(settings: Config, now: number, workspaceZone: string): number {
  const timeZone = settings.timeZone === '' ? workspaceZone : settings.timeZone
  switch (settings.mode) {
    case 'for':
      return now + durationMs(settings.duration)
    case 'until': {
      const { until = '' } = settings
      const moment = parseMoment(until, workspaceZone)
      if (moment === undefined) throw notADate(until)
      return moment.at
    }
    case 'time':
      return nextTimeOfDay(now, minutesOf(settings.time) ?? 0, timeZone)
    case 'office': {
      const [from, to] = [minutesOf(settings.from) ?? 0, minutesOf(settings.to) ?? 24 * 60]
      const hours = { days: DAYS[settings.days], from, to, timeZone }
      return afterBusinessTime(now, settings.hours * 3_600_000, hours)
    }
  }
}

const timeIssues = (name: string, text: string | undefined): ConfigIssue[] =>
  text === undefined || minutesOf(text) !== undefined
    ? []
    : [
        {
          code: 'delay.not_a_time',
          field: name,
          title: 'This is not a time of day',
          detail: `"${text.slice(0, 40)}" cannot be read as a time of day.`,
          hint: 'Write it like 09:00 or 17:30.',
        },
      ]

const endBeforeBegin = (): ConfigIssue => ({
  code: 'delay.no_hours',
  field: 'to',
  title: 'These hours end before they begin',
  detail: 'There would be no business hours at all.',
  hint: 'Choose an end that is later than the beginning.',
})

const unknownZone = (zone: string): ConfigIssue => ({
  code: 'delay.unknown_time_zone',
  field: 'timeZone',
  title: 'Unknown time zone',
  detail: `There is no time zone called "${zone}".`,
  hint: 'Pick one from the list, for example Europe/Berlin.',
})

const notADate = (text: string): ConfigProblem =>
  new ConfigProblem({
    code: 'delay.not_a_date',
    title: 'This is not a date',
    detail: `"${text.slice(0, 100)}" cannot be read as a date.`,
    hint: 'Write a date like 2026-11-23 or 2026-11-23 09:00.',
    field: 'until',
  })

const tooLong = (mode: Config['mode']): ConfigProblem =>
  new ConfigProblem({
    code: 'delay.too_long',
    title: 'This delay is too long',
    detail: 'It would last more than ten years.',
    hint: 'Choose a shorter time.',
    field: { for: 'duration', until: 'until', time: 'time', office: 'hours' }[mode],
  })
