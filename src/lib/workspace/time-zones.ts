import type { Choice } from '#lib/ui/choice.ts'

/** All time zones, with how far they are from UTC at a moment; those who type "berlin" or "+02" find theirs. */
export function timeZoneChoices(at: Date): Choice[] {
  const names = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC')]
  return names.map((name) => ({
    value: name,
    label: name.replaceAll('_', ' '),
    description: offsetOf(name, at),
  }))
}

/** The time zone of this browser (or server). */
export function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'
}

/** Whether a text names a time zone that dates can be shown in. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    // The only way to ask: unknown names throw.
    return false
  }
}

function offsetOf(timeZone: string, at: Date): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
    .formatToParts(at)
    .find((part) => part.type === 'timeZoneName')
  const offset = parts?.value.replace('GMT', 'UTC') ?? 'UTC'
  return offset === 'UTC' ? 'UTC+00:00' : offset
}
