/** The value below which a share (0 to 1) of the measurements lies. */
export function percentile(measured: Float64Array | number[], share: number): number {
  const sorted = Float64Array.from(measured).sort()
  if (sorted.length === 0) return NaN
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN
}

/** Rounded for a table or a figure. */
export const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits))
