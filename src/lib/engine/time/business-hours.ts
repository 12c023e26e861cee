import { momentOf, wallTime } from './zone.ts'

/** When people are at work: the same hours on each working day, by the clocks of one place. */
export interface BusinessHours {
  /** 0 is Sunday. */
  days: readonly number[]
  /** Minutes since midnight. */
  from: number
  to: number
  timeZone: string
}

/** Ten years of days: whoever never works is not waited for longer. */
const MOST_DAYS = 3660

/**
 * The moment when so much working time has gone by, counted from `at`; with none, the first moment from `at` on that is
 * within business hours. On days when clocks change, the hours are those that the clocks show.
 */
export function afterBusinessTime(at: number, milliseconds: number, hours: BusinessHours): number {
  const { year, month, day } = wallTime(at, hours.timeZone)
  let left = milliseconds
  for (let ahead = 0; ahead < MOST_DAYS; ahead++) {
    const open = clockTime(year, month, day + ahead, hours.from, hours.timeZone)
    if (!hours.days.includes(wallTime(open, hours.timeZone).weekday)) continue
    const start = Math.max(at, open)
    const close = clockTime(year, month, day + ahead, hours.to, hours.timeZone)
    if (start >= close) continue
    if (left <= close - start) return start + left
    left -= close - start
  }
  return Infinity
}

/** The next moment after `at` when the clocks of a place show this time of day, given in minutes since midnight. */
export function nextTimeOfDay(at: number, minutes: number, timeZone: string): number {
  const { year, month, day } = wallTime(at, timeZone)
  const today = clockTime(year, month, day, minutes, timeZone)
  return today > at ? today : clockTime(year, month, day + 1, minutes, timeZone)
}

function clockTime(
  year: number,
  month: number,
  day: number,
  minutes: number,
  timeZone: string,
): number {
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60]
  return momentOf({ year, month, day, hour, minute, second: 0, millisecond: 0 }, timeZone)
}

/** `09:30` in minutes since midnight; undefined when it isn't a time of day. `24:00` is the end of a day. */
export function minutesOf(text: string): number | undefined {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text.trim())
  if (match === null) return undefined
  const [hour, minute] = [Number(match[1]), Number(match[2])]
  const minutes = hour * 60 + minute
  return minute < 60 && minutes <= 24 * 60 ? minutes : undefined
}
