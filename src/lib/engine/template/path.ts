import { nearest } from '../definition/nearest.ts'
import type { ConfigProblem } from '../errors.ts'
import { texts } from './texts.ts'

/** Names and list positions, outermost first: `steps.find.records[0]` is ['steps', 'find', 'records', 0]. */
export type Path = readonly (string | number)[]

const ROOT = /^[A-Za-z_][\w?-]*/
const STEP = /^(?:\.([A-Za-z0-9_][\w?-]*)|\[\s*(?:(-?\d{1,9})|"([^"\\]*)"|'([^'\\]*)')\s*\])/
/** Words that mean something else to Liquid than a variable. */
const WORDS = new Set([
  'true',
  'false',
  'nil',
  'null',
  'empty',
  'blank',
  'contains',
  'not',
  'and',
  'or',
])

/** Reads an expression that is nothing but a path; null when there's more to it (filters, literals, computed names). */
export function readPath(expression: string): Path | null {
  const root = ROOT.exec(expression)?.[0]
  if (root === undefined || WORDS.has(root)) return null
  const path: (string | number)[] = [root]
  let rest = expression.slice(root.length)
  for (let step = STEP.exec(rest); step !== null; step = STEP.exec(rest)) {
    path.push(step[2] === undefined ? (step[1] ?? step[3] ?? step[4] ?? '') : Number(step[2]))
    rest = rest.slice(step[0].length)
  }
  return rest === '' ? path : null
}

/** Writes a path as people write it in templates. */
export function writePath(path: readonly unknown[]): string {
  return path.reduce<string>((text, step, index) => {
    if (typeof step === 'number') return `${text}[${step}]`
    const name = String(step)
    if (index === 0) return name
    return /^[A-Za-z_][\w?-]*$/.test(name) ? `${text}.${name}` : `${text}["${name}"]`
  }, '')
}

/**
 * The one way in which templates look into data. Only what the data itself holds is found, nothing of JavaScript's own.
 * Undefined means unknown; an empty value has empty parts; lists know `size`, `first` and `last`, texts know `size`.
 */
export function partOf(value: unknown, key: unknown): unknown {
  if (Array.isArray(value)) return entryOf(value, key)
  if (typeof value === 'object' && value !== null) {
    if (typeof key !== 'string' && typeof key !== 'number') return undefined
    // Own properties only, and data has no others worth reading.
    return Object.hasOwn(value, key) ? (value as Record<string | number, unknown>)[key] : undefined
  }
  if (value === null || value === undefined) return null
  return typeof value === 'string' && key === 'size' ? value.length : undefined
}

function entryOf(list: unknown[], key: unknown): unknown {
  if (typeof key === 'number') return list.at(key)
  if (key === 'size') return list.length
  if (key === 'first') return list.length === 0 ? null : list[0]
  if (key === 'last') return list.length === 0 ? null : list.at(-1)
  return typeof key === 'string' && /^\d{1,9}$/.test(key) ? list[Number(key)] : undefined
}

/** Follows a path; undefined when some part of it is unknown. */
export function follow(from: unknown, path: Path): unknown {
  let value: unknown = from
  for (let index = 0; index < path.length; index++) {
    value = partOf(value, path[index])
    if (value === undefined) return undefined
  }
  return value
}

const MOST_NAMES = 2000
const LONGEST_NAME = 100

/** The names that exist at some place, as far as one of them could be meant. */
function namesIn(place: unknown): string[] {
  if (typeof place !== 'object' || place === null || Array.isArray(place)) return []
  return Object.keys(place)
    .slice(0, MOST_NAMES)
    .filter((name) => name.length <= LONGEST_NAME)
}

/** Says which part of a path is unknown, and what exists there instead. `place` is what was found just before it. */
export function unknownPart(path: readonly unknown[], at: number, place: unknown): ConfigProblem {
  const before = path.slice(0, at)
  const wrong = String(path[at]).slice(0, LONGEST_NAME)
  if (Array.isArray(place)) {
    return texts.noSuchEntry(writePath(path.slice(0, at + 1)), writePath(before), place.length)
  }
  const names = namesIn(place)
  const meant = nearest(wrong, names) ?? (at === 0 ? elsewhere(wrong, place) : undefined)
  return texts.unknownVariable({
    variable: writePath([...before, wrong]),
    nearest: meant === undefined ? undefined : writePath([...before, ...meant.split('\0')]),
    place: writePath(before),
    names,
  })
}

/** A name that was written without the root it belongs to: `email` for `trigger.email`. */
function elsewhere(name: string, scope: unknown): string | undefined {
  const root = ['trigger', 'item', 'vars', 'steps'].find((candidate) => {
    const part = partOf(scope, candidate)
    return part !== null && !Array.isArray(part) && partOf(part, name) !== undefined
  })
  return root === undefined ? undefined : `${root}\0${name}`
}

/** The problem that makes `follow` answer undefined. */
export function whyUnknown(from: unknown, path: Path): ConfigProblem {
  let value: unknown = from
  for (let index = 0; index < path.length; index++) {
    const part = partOf(value, path[index])
    if (part === undefined) return unknownPart(path, index, value)
    value = part
  }
  return unknownPart(path, path.length - 1, value)
}
