/** How far a time zone is ahead of UTC at a moment, in milliseconds. */
function aheadBy(zone: string, moment: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  }).formatToParts(moment)
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((one) => one.type === type)?.value ?? 0)
  const there = Date.UTC(
    ...([part('year'), part('month') - 1, part('day')] as const),
    ...([part('hour'), part('minute'), part('second')] as const),
  )
  return there - Math.floor(moment / 1000) * 1000
}

/** When a day ("2026-11-23") begins in a time zone; `later` days after it. */
export function startOfDay(day: string, zone: string, later = 0): Date {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number)
  const midnight = Date.UTC(year, month - 1, date + later)
  // Twice: the first guess may be on the other side of a change of the clocks.
  const guess = midnight - aheadBy(zone, midnight)
  return new Date(midnight - aheadBy(zone, guess))
}

/** The lowest id that an entry of this moment or later can have: ids carry their time. */
export function idFloor(moment: Date): string {
  const hex = moment.getTime().toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}
