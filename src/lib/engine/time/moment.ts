import { momentOf } from './zone.ts'

/** A moment that a person or another service wrote down. */
export interface Moment {
  /** Milliseconds since 1970. */
  at: number
  /** It names a whole day; `at` is that day's beginning. */
  wholeDay: boolean
}

const WRITTEN =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i

/**
 * Reads `2026-11-23`, `2026-11-23 09:00` and ISO 8601 with or without an offset. Without one, the zone's clocks are
 * meant. Nothing else is guessed: 03/04/2026 is another day on each side of the Atlantic.
 */
export function parseMoment(text: string, zone: string): Moment | undefined {
  const match = WRITTEN.exec(text.trim())
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, fraction, offset] = match
  const wall = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    millisecond: fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000),
  }
  if (wall.hour > 23 || wall.minute > 59 || wall.second > 59 || !isDay(wall)) return undefined
  const at = momentOf(wall, offset === undefined ? zone : 'UTC') - offsetMs(offset)
  return { at, wholeDay: hour === undefined }
}

/** There is no 30th of February. */
function isDay({ year, month, day }: { year: number; month: number; day: number }): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  const days = new Date(0)
  days.setUTCFullYear(year, month, 0)
  return day <= days.getUTCDate()
}

function offsetMs(offset: string | undefined): number {
  if (offset === undefined || /^z$/i.test(offset)) return 0
  const sign = offset.startsWith('-') ? -1 : 1
  return sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2))) * 60_000
}
