import { offsetAt, wallTime, type WallTime } from './zone.ts'

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
]
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** Ready-made patterns, by the names that people remember. */
const NAMED: Record<string, string> = {
  date: '%Y-%m-%d',
  time: '%H:%M',
  date_time: '%Y-%m-%d %H:%M',
  long: '%A, %-d %B %Y',
  iso: '%Y-%m-%dT%H:%M:%S%:z',
}

const two = (value: number): string => String(value).padStart(2, '0')

function offset(at: number, zone: string, colon: boolean): string {
  const minutes = Math.round(offsetAt(at, zone) / 60_000)
  const ahead = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}${colon ? ':' : ''}${two(ahead % 60)}`
}

const dayOfYear = ({ year, month, day }: WallTime): number =>
  Math.round((Date.UTC(year, month - 1, day) - Date.UTC(year, 0, 0)) / 86_400_000)

/** Writes a moment by a pattern as `strftime` knows it (`%d.%m.%Y`), or by one of the names date, time, date_time, long, iso. */
export function formatTime(at: number, pattern: string, zone: string): string {
  const wall = wallTime(at, zone)
  const parts: Record<string, () => string> = {
    Y: () => String(wall.year).padStart(4, '0'),
    y: () => two(wall.year % 100),
    m: () => two(wall.month),
    B: () => MONTHS[wall.month - 1] ?? '',
    b: () => (MONTHS[wall.month - 1] ?? '').slice(0, 3),
    d: () => two(wall.day),
    e: () => String(wall.day).padStart(2, ' '),
    j: () => String(dayOfYear(wall)).padStart(3, '0'),
    A: () => DAYS[wall.weekday] ?? '',
    a: () => (DAYS[wall.weekday] ?? '').slice(0, 3),
    u: () => String(wall.weekday === 0 ? 7 : wall.weekday),
    w: () => String(wall.weekday),
    H: () => two(wall.hour),
    I: () => two(((wall.hour + 11) % 12) + 1),
    M: () => two(wall.minute),
    S: () => two(wall.second),
    L: () => String(wall.millisecond).padStart(3, '0'),
    p: () => (wall.hour < 12 ? 'AM' : 'PM'),
    s: () => String(Math.floor(at / 1000)),
    z: () => offset(at, zone, false),
    ':z': () => offset(at, zone, true),
    '%': () => '%',
  }
  return (NAMED[pattern] ?? pattern).replace(
    /%(-?)(:z|[A-Za-z%])/g,
    (whole, bare: string, name: string) => {
      const text = parts[name]?.()
      if (text === undefined) return whole
      // `%-d`: without the leading zero or space.
      return bare === '' ? text : text.replace(/^[0 ]+(?=.)/, '')
    },
  )
}
