import { Cron } from 'croner'
import { isTimeZone } from '../time/zone.ts'

/*
 * When clocks change, a schedule behaves like this (the rules of the usual cron programs, kept by croner):
 *
 * - A fixed time ("30 2 * * *") in the hour that is skipped in spring fires once, at the first moment after the gap.
 * - A fixed time in the hour that comes twice in autumn fires once, the first time.
 * - A repeating schedule (every half hour) follows real time: nothing in the skipped hour, both times in the doubled one.
 *
 * Day of the month and day of the week, both given: either is enough, as in every cron.
 */

/** A schedule's grain is the minute: five parts, no seconds. */
const parse = (cron: string, timeZone: string): Cron =>
  new Cron(cron.trim(), { mode: '5-part', timezone: timeZone, paused: true })

/** Why this cron expression can't be used, as a sentence; null when it can. */
export function cronIssue(cron: string): string | null {
  const parts = cron.trim().split(/\s+/)
  if (cron.trim() === '') return 'The schedule is empty.'
  if (parts.length !== 5 && !cron.trim().startsWith('@')) {
    return `A schedule has five parts; this one has ${parts.length}.`
  }
  try {
    const next = parse(cron, 'UTC').nextRun(new Date(0))
    return next === null ? 'There is no such day: it would never fire.' : null
  } catch (problem) {
    // croner says what's wrong, but in terms of its own; it is only asked whether it can read this.
    if (problem instanceof TypeError || problem instanceof RangeError) {
      return `"${cron.trim()}" has a part that is not a time.`
    }
    throw problem
  }
}

/** The first moment after `after` at which the schedule fires, in ms since 1970; null when it never does again. */
export function nextTime(cron: string, timeZone: string, after: number): number | null {
  if (!isTimeZone(timeZone)) throw new RangeError(`unknown time zone ${timeZone}`)
  return parse(cron, timeZone).nextRun(new Date(after))?.getTime() ?? null
}

/** The next few moments at which the schedule fires: what the schedule's form shows. */
export function nextTimes(cron: string, timeZone: string, after: number, count: number): number[] {
  return parse(cron, timeZone)
    .nextRuns(count, new Date(after))
    .map((date) => date.getTime())
}
