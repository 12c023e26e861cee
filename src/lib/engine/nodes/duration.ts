const SECONDS = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const

/** A span of time as people type it in (`field.duration`). */
export interface Duration {
  amount: number
  unit: keyof typeof SECONDS
}

/** How long that is in milliseconds. */
export const durationMs = ({ amount, unit }: Duration): number => amount * SECONDS[unit] * 1000
