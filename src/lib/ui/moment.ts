const styles = {
  absolute: { dateStyle: 'medium', timeStyle: 'short' },
  exact: { dateStyle: 'full', timeStyle: 'long' },
} as const
/** Making one takes longer than a hundred uses. */
const formats = new Map<string, Intl.DateTimeFormat>()
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

const units: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

/** How long ago or ahead a moment is, in words; after a month it's the date. */
export function relativeWords(at: Date, now: number, zone?: string): string {
  const distance = at.getTime() - now
  if (Math.abs(distance) < 45_000) return distance > 5_000 ? 'in a moment' : 'just now'
  if (Math.abs(distance) > 30 * 86_400_000) return absoluteWords(at, zone)
  // Rounded before the unit is chosen, so that it never says "60 minutes ago".
  for (const [unit, length] of units) {
    const count = Math.round(distance / length)
    if (Math.abs(count) >= 1 && Math.abs(distance) >= length * 0.96) {
      return relative.format(count, unit)
    }
  }
  return relative.format(Math.sign(distance), 'minute')
}

/** Date and time, in the zone of whoever runs this unless one is given. */
export function absoluteWords(at: Date, zone?: string): string {
  return format('absolute', zone).format(at)
}

/** Date and time with weekday, seconds and zone, for titles. */
export function exactWords(at: Date, zone?: string): string {
  return format('exact', zone).format(at)
}

function format(style: keyof typeof styles, timeZone: string | undefined): Intl.DateTimeFormat {
  const key = `${style} ${timeZone ?? ''}`
  const made =
    formats.get(key) ??
    new Intl.DateTimeFormat('en-GB', { ...styles[style], ...(timeZone && { timeZone }) })
  formats.set(key, made)
  return made
}

/** How long something took: 840 ms, 3.2 s, 4 min 10 s, 2 h 5 min, 3 days. */
export function durationWords(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`
  const seconds = milliseconds / 1000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const minutes = Math.floor(Math.round(seconds) / 60)
  if (minutes < 60) return `${minutes} min ${Math.round(seconds) % 60} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} days`
}
