/** Units that people count time in, in seconds, the smallest first. */
export const UNITS = [1, 60, 3600, 86_400] as const
export type Unit = (typeof UNITS)[number]

/** Seconds as people would say them: 7200 is 2 hours, 90 is 90 seconds. */
export function asSpan(seconds: number): { amount: number; unit: Unit } {
  const unit = UNITS.findLast((one) => seconds % one === 0) ?? 1
  return { amount: seconds / unit, unit }
}

/** What stands in the list of units, as a unit. */
export const unitOf = (value: string): Unit => UNITS.find((one) => String(one) === value) ?? 1

/** A whole number that was typed, within its bounds; nothing when the field is empty or holds none. */
export function wholeNumber(text: string, most: number): number | undefined {
  const number = Math.round(Number(text))
  return text.trim() === '' || !Number.isFinite(number)
    ? undefined
    : Math.min(most, Math.max(1, number))
}
