/** A moment as a wall clock in some time zone shows it. Months from 1; weekday from 0 (Sunday). */
export interface WallTime {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  millisecond: number
  weekday: number
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Making a format costs a thousand times what using it does. */
function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(zone, format)
  }
  return format
}

/** Whether this is the name of a time zone, e.g. `Europe/Berlin`. */
export function isTimeZone(zone: string): boolean {
  try {
    formatOf(zone)
    return true
  } catch (problem) {
    if (problem instanceof RangeError) return false
    throw problem
  }
}

/** How far the zone's clocks are ahead of UTC at this moment, in milliseconds. */
export function offsetAt(at: number, zone: string): number {
  if (zone === 'UTC') return 0
  const parts: Record<string, number> = {}
  let before = false
  for (const { type, value } of formatOf(zone).formatToParts(at)) {
    if (type === 'era') before = value !== 'AD' && value !== 'A'
    else if (type !== 'literal') parts[type] = Number(value)
  }
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  const wall = utc(before ? 1 - year : year, month, day, hour, minute, second)
  return wall - Math.floor(at / 1000) * 1000
}

/** `Date.UTC` takes the years 0 to 99 for 1900 to 1999; this doesn't. */
function utc(
  year: number,
  month: number,
  day: number,
  hour = 0,
  minute = 0,
  second = 0,
  millisecond = 0,
): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second, millisecond)
  return date.getTime()
}

/** What the zone's clocks show at this moment. */
export function wallTime(at: number, zone: string): WallTime {
  const date = new Date(at + offsetAt(at, zone))
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
    weekday: date.getUTCDay(),
  }
}

/**
 * The moment at which the zone's clocks show this. Parts may run over (day 32, month 13). A time that the clocks skip
 * means the moment after the gap by as much; of a time that comes twice, the first is meant.
 */
export function momentOf(wall: Omit<WallTime, 'weekday'>, zone: string): number {
  const shown = utc(
    wall.year,
    wall.month,
    wall.day,
    wall.hour,
    wall.minute,
    wall.second,
    wall.millisecond,
  )
  const day = 86_400_000
  const before = offsetAt(shown - day, zone)
  const after = offsetAt(shown + day, zone)
  const first = shown - Math.max(before, after)
  if (first + offsetAt(first, zone) === shown) return first
  const second = shown - Math.min(before, after)
  if (second + offsetAt(second, zone) === shown) return second
  return shown - before
}

/** The first moment of the day on which the zone's clocks are at this moment, `days` days on. */
export function startOfDay(at: number, zone: string, days = 0): number {
  const { year, month, day } = wallTime(at, zone)
  return momentOf(
    { year, month, day: day + days, hour: 0, minute: 0, second: 0, millisecond: 0 },
    zone,
  )
}
