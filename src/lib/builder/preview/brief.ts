import type { Data } from '#lib/engine/data.ts'

const LONGEST_TEXT = 2_000
const MOST_ENTRIES = 100
const DEEPEST = 12

/** How much of one value crosses over to the page, in about characters: more than anybody reads in a form. */
export const MOST = 60_000

/** A large value in part: its beginning, with the beginnings of its lists and texts. */
export function brief(value: Data, most = MOST): { value: Data; isPart: boolean } {
  const left = { count: most, isPart: false }
  return { value: part(value, left, 0), isPart: left.isPart }
}

interface Left {
  count: number
  isPart: boolean
}

function part(value: Data, left: Left, depth: number): Data {
  left.count -= 8
  if (typeof value === 'string') return text(value, left)
  if (typeof value !== 'object' || value === null) return value
  if (depth === DEEPEST) {
    left.isPart = true
    return null
  }
  if (Array.isArray(value)) {
    const kept: Data[] = []
    for (const entry of value) {
      if (left.count <= 0 || kept.length === MOST_ENTRIES) {
        left.isPart = true
        break
      }
      kept.push(part(entry, left, depth + 1))
    }
    return kept
  }
  const kept: [string, Data][] = []
  for (const [name, entry] of Object.entries(value)) {
    if (left.count <= 0) {
      left.isPart = true
      break
    }
    left.count -= name.length
    kept.push([name, part(entry, left, depth + 1)])
  }
  return Object.fromEntries(kept)
}

function text(value: string, left: Left): string {
  if (value.length > LONGEST_TEXT) left.isPart = true
  const kept = value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value
  left.count -= kept.length
  return kept
}
