import { formatTime } from '../../time/format.ts'
import { wallTime, type WallTime } from '../../time/zone.ts'

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
]
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

const two = (number: number): string => String(number).padStart(2, '0')
const month = (wall: WallTime): string => MONTHS[wall.month - 1] ?? ''
const weekday = (wall: WallTime): string => WEEKDAYS[wall.weekday] ?? ''
const twelve = (wall: WallTime): number => wall.hour % 12 || 12

/** Signs as spreadsheets use them, longest first. */
const SIGNS: Record<string, (wall: WallTime) => string> = {
  YYYY: (wall) => String(wall.year).padStart(4, '0'),
  YY: (wall) => two(wall.year % 100),
  MMMM: month,
  MMM: (wall) => month(wall).slice(0, 3),
  MM: (wall) => two(wall.month),
  M: (wall) => String(wall.month),
  DD: (wall) => two(wall.day),
  D: (wall) => String(wall.day),
  dddd: weekday,
  ddd: (wall) => weekday(wall).slice(0, 3),
  HH: (wall) => two(wall.hour),
  H: (wall) => String(wall.hour),
  hh: (wall) => two(twelve(wall)),
  h: (wall) => String(twelve(wall)),
  mm: (wall) => two(wall.minute),
  ss: (wall) => two(wall.second),
  A: (wall) => (wall.hour < 12 ? 'AM' : 'PM'),
}
const SIGN = new RegExp(`\\[[^\\]]*\\]|${Object.keys(SIGNS).join('|')}`, 'g')

/** Patterns that have a name. */
const NAMED = new Set(['date', 'time', 'date_time', 'long', 'iso'])

/**
 * Writes a moment as the zone's clocks show it: `YYYY-MM-DD HH:mm`, `D MMM`, `dddd`; what stands in [square brackets]
 * is kept. With a `%` anywhere it is read as `%Y-%m-%d` instead. Names are English, the same on every computer.
 */
export function formatDate(at: number, format: string, timeZone: string): string {
  if (format.includes('%') || NAMED.has(format)) return formatTime(at, format, timeZone)
  const wall = wallTime(at, timeZone)
  return format.replace(SIGN, (sign) =>
    sign.startsWith('[') ? sign.slice(1, -1) : (SIGNS[sign]?.(wall) ?? sign),
  )
}
