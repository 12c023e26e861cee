/** The known name that is most like the one that was written, if any is like it at all. */
export function nearest(written: string, known: Iterable<string>): string | undefined {
  const wanted = written.toLowerCase()
  let best: string | undefined
  // Up to a third of the letters may differ.
  let closest = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const name of known) {
    const candidate = name.toLowerCase()
    const within =
      Math.min(candidate.length, wanted.length) > 2 &&
      (candidate.includes(wanted) || wanted.includes(candidate))
    const distance = within ? 1 : editDistance(wanted, candidate, closest)
    if (distance < closest) {
      closest = distance
      best = name
    }
  }
  return best
}

/** Letters to add, drop, change or swap to get from one to the other; gives up at `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let value = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + cost)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) value = Math.min(value, at(beforeLast, j - 2) + 1)
      row.push(value)
    }
    beforeLast = last
    last = row
  }
  return at(last, b.length)
}

const at = (row: number[], index: number): number => row[index] ?? Infinity
