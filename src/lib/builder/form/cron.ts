/** A schedule as people think of it. Everything else is written as a cron expression. */
export type Schedule =
  | { mode: 'minutes'; every: number }
  | { mode: 'hours'; every: number; minute: number }
  | { mode: 'day'; hour: number; minute: number }
  | { mode: 'week'; days: number[]; hour: number; minute: number }
  | { mode: 'month'; day: number; hour: number; minute: number }
  | { mode: 'custom'; cron: string }

export type ScheduleMode = Schedule['mode']

const number = (text: string | undefined, least: number, most: number): number | null => {
  if (text === undefined || !/^\d{1,2}$/.test(text)) return null
  const value = Number(text)
  return value >= least && value <= most ? value : null
}

/** Days of the week of a cron expression: `1-5`, `0,6`, `1`; null for anything else. */
function daysOf(text: string): number[] | null {
  const days = text.split(',').flatMap((part) => {
    const [from, to] = part.split('-').map((day) => number(day, 0, 7))
    if (from === null || from === undefined || to === null) return [-1]
    const last = to ?? from
    return last < from ? [-1] : Array.from({ length: last - from + 1 }, (_, index) => from + index)
  })
  if (days.includes(-1)) return null
  return [...new Set(days.map((day) => day % 7))].sort()
}

/** Reads a cron expression as a schedule that a form can show. */
export function readCron(cron: string): Schedule {
  const custom: Schedule = { mode: 'custom', cron }
  const [minutes, hours, day, month, weekday, ...more] = cron.trim().split(/\s+/)
  if (weekday === undefined || more.length > 0 || month !== '*') return custom
  const isDaily = day === '*' && weekday === '*'
  const everyMinutes = number(/^\*(?:\/(\d+))?$/.exec(minutes ?? '')?.[1], 1, 59)
  if (isDaily && hours === '*' && (everyMinutes !== null || minutes === '*')) {
    return { mode: 'minutes', every: everyMinutes ?? 1 }
  }
  const minute = number(minutes, 0, 59)
  if (minute === null) return custom
  const everyHours = number(/^\*(?:\/(\d+))?$/.exec(hours ?? '')?.[1], 1, 23)
  if (isDaily && (everyHours !== null || hours === '*')) {
    return { mode: 'hours', every: everyHours ?? 1, minute }
  }
  const hour = number(hours, 0, 23)
  if (hour === null) return custom
  if (isDaily) return { mode: 'day', hour, minute }
  const onDay = number(day, 1, 31)
  if (weekday === '*' && onDay !== null) return { mode: 'month', day: onDay, hour, minute }
  const days = day === '*' ? daysOf(weekday) : null
  return days ? { mode: 'week', days, hour, minute } : custom
}

/** Writes a schedule as a cron expression. */
export function writeCron(schedule: Schedule): string {
  switch (schedule.mode) {
    case 'minutes':
      return schedule.every === 1 ? '* * * * *' : `*/${schedule.every} * * * *`
    case 'hours':
      return `${schedule.minute} ${schedule.every === 1 ? '*' : `*/${schedule.every}`} * * *`
    case 'day':
      return `${schedule.minute} ${schedule.hour} * * *`
    case 'week':
      return `${schedule.minute} ${schedule.hour} * * ${schedule.days.length === 0 ? '1' : schedule.days.join(',')}`
    case 'month':
      return `${schedule.minute} ${schedule.hour} ${schedule.day} * *`
    case 'custom':
      return schedule.cron
  }
}

/** The nearest schedule of another mode: the time of day is kept. */
export function switchMode(from: Schedule, mode: ScheduleMode): Schedule {
  const hour = 'hour' in from ? from.hour : 9
  const minute = 'minute' in from ? from.minute : 0
  switch (mode) {
    case 'minutes':
      return { mode, every: 15 }
    case 'hours':
      return { mode, every: 1, minute }
    case 'day':
      return { mode, hour, minute }
    case 'week':
      return { mode, days: [1, 2, 3, 4, 5], hour, minute }
    case 'month':
      return { mode, day: 1, hour, minute }
    case 'custom':
      return { mode, cron: writeCron(from) }
  }
}
