import type { Data } from '../../data.ts'
import { parseMoment, type Moment } from '../../time/moment.ts'
import { momentOf, startOfDay, wallTime } from '../../time/zone.ts'
import { toText } from '../coerce.ts'
import { texts } from '../texts.ts'
import { formatDate } from './date-format.ts'
import {
  described,
  numberOf,
  optional,
  required,
  type Filter,
  type FilterContext,
} from './filter.ts'

const DAY = 86_400_000
/** Smaller numbers are not dates: in seconds, this is 1973. */
const LEAST_STAMP = 100_000_000
/** In seconds, this is the year 5138; in milliseconds, 1973. */
const LEAST_IN_MILLISECONDS = 100_000_000_000
const EARLIEST = Date.UTC(1000, 0, 1)
const LATEST = Date.UTC(9999, 11, 31)

/** Dates are texts like 2026-11-23 or ISO 8601, or time stamps in seconds or milliseconds since 1970. */
function momentIn(value: Data, filter: string, { timeZone }: FilterContext): Moment {
  let moment: Moment | undefined
  if (typeof value === 'string') moment = parseMoment(value, timeZone)
  if (typeof value === 'number' && value >= LEAST_STAMP) {
    moment = { at: value >= LEAST_IN_MILLISECONDS ? value : value * 1000, wholeDay: false }
  }
  if (moment === undefined || !inReach(moment.at)) {
    throw texts.badInput(filter, described(value), 'a date like 2026-11-23')
  }
  return moment
}

const inReach = (at: number): boolean => at >= EARLIEST && at <= LATEST

function iso(at: number, filter: string): string {
  if (!inReach(at)) throw texts.badArgument(filter, 'leads to a date that is too far away.')
  return new Date(at).toISOString()
}

/** By the clock on the wall: tomorrow at nine is at nine, even when the clocks are changed in between. */
function addDays(moment: Moment, days: number, { timeZone }: FilterContext): string {
  const wall = wallTime(moment.at, timeZone)
  const at = momentOf({ ...wall, day: wall.day + days }, timeZone)
  const text = iso(at, 'add_days')
  return moment.wholeDay ? formatDate(at, 'YYYY-MM-DD', timeZone) : text
}

/** Days are counted on the calendar: from 23:59 to 00:01 is one day. */
function daysBetween(from: number, to: number, timeZone: string): number {
  const [a, b] = [wallTime(from, timeZone), wallTime(to, timeZone)]
  return Math.round(
    (Date.UTC(b.year, b.month - 1, b.day) - Date.UTC(a.year, a.month - 1, a.day)) / DAY,
  )
}

function todayOf({ now }: FilterContext): number {
  if (Number.isFinite(now)) return now
  throw texts.badArgument('days_until', 'does not know what day it is here.')
}

function amountOf(value: Data | undefined, filter: string, most = 100_000_000): number {
  const amount = numberOf(value, filter)
  if (Math.abs(amount) > most) throw texts.badArgument(filter, 'needs a smaller number.')
  return amount
}

const later = (
  name: string,
  title: string,
  example: string,
  result: string,
  unit: number,
): Filter => ({
  name,
  kind: 'date',
  title,
  example: { template: example, result },
  arguments: [required('amount', 'How many; less than zero goes back')],
  run: (input, [amount], context) =>
    iso(momentIn(input, name, context).at + amountOf(amount, name) * unit, name),
})

/** Filters for dates, all by the clocks and the calendar of the workspace's time zone. */
export const DATE_FILTERS: Filter[] = [
  {
    name: 'date',
    kind: 'date',
    title: 'Write a date',
    example: { template: '{{ "2026-11-23" | date: "D MMMM YYYY" }}', result: '23 November 2026' },
    arguments: [optional('format', 'For example YYYY-MM-DD HH:mm or DD.MM.YY')],
    run(input, [format], context) {
      const { at } = momentIn(input, 'date', context)
      const wanted = format === undefined ? 'YYYY-MM-DD' : toText(format)
      if (wanted.length > 200) throw texts.badArgument('date', 'needs a shorter format.')
      return formatDate(at, wanted, context.timeZone)
    },
  },
  {
    name: 'add_days',
    kind: 'date',
    title: 'So many days later',
    example: { template: '{{ "2026-11-23" | add_days: 14 }}', result: '2026-12-07' },
    arguments: [required('days', 'How many; less than zero goes back')],
    run(input, [days], context) {
      const amount = amountOf(days, 'add_days', 4_000_000)
      if (!Number.isInteger(amount))
        throw texts.badArgument('add_days', 'needs a whole number of days.')
      return addDays(momentIn(input, 'add_days', context), amount, context)
    },
  },
  later(
    'add_hours',
    'So many hours later',
    '{{ "2026-11-23T09:00:00Z" | add_hours: 2 }}',
    '2026-11-23T11:00:00.000Z',
    3_600_000,
  ),
  later(
    'add_minutes',
    'So many minutes later',
    '{{ "2026-11-23T09:00:00Z" | add_minutes: 15 }}',
    '2026-11-23T09:15:00.000Z',
    60_000,
  ),
  {
    name: 'days_until',
    kind: 'date',
    title: 'Days from today until then',
    example: { template: '{{ now | add_days: 3 | days_until }}', result: '3' },
    arguments: [],
    run: (input, _args, context) =>
      daysBetween(todayOf(context), momentIn(input, 'days_until', context).at, context.timeZone),
  },
  {
    name: 'start_of_day',
    kind: 'date',
    title: 'The beginning of that day',
    example: {
      template: '{{ "2026-11-23T09:00:00Z" | start_of_day }}',
      result: '2026-11-23T00:00:00.000Z',
    },
    arguments: [],
    run: (input, _args, context) =>
      iso(
        startOfDay(momentIn(input, 'start_of_day', context).at, context.timeZone),
        'start_of_day',
      ),
  },
  {
    name: 'iso',
    kind: 'date',
    title: 'As computers write dates',
    example: { template: '{{ "2026-11-23 09:00" | iso }}', result: '2026-11-23T09:00:00.000Z' },
    arguments: [],
    run: (input, _args, context) => iso(momentIn(input, 'iso', context).at, 'iso'),
  },
]
