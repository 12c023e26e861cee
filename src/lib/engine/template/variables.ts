import type { Data, DataObject } from '../data.ts'
import type { ConfigProblem } from '../errors.ts'
import { asksPresence } from './compile.ts'
import { partOf, unknownPart, type Path } from './path.ts'
import { readUses } from './uses.ts'

/** One place where a variable is used. */
export interface VariableReference {
  /** As far as its parts are written out: `trigger.orders[index].id` gives ['trigger', 'orders']. */
  path: Path
  /** As it is written. */
  text: string
  /** Where it stands in its text. */
  begin: number
  end: number
  /** Where its text stands in the data, e.g. [0, 'value'] in a list of pairs. */
  at: Path
  /** It may be missing: `| default:` follows, a condition of the template asks for it, or a rule asks whether it's there. */
  optional: boolean
}

/** Every use of a variable in data whose texts are templates. Texts that can't be read have none. */
export function variablesIn(value: Data, at: Path = []): VariableReference[] {
  if (typeof value === 'string') {
    return readUses(value).map(({ path, begin, end, optional }) => ({
      ...{ path, begin, end, optional, at },
      text: value.slice(begin, end),
    }))
  }
  if (Array.isArray(value)) {
    return value.flatMap((entry, index) => variablesIn(entry, [...at, index]))
  }
  if (typeof value !== 'object' || value === null) return []
  const presence = asksPresence(value)
  return Object.entries(value).flatMap(([key, entry]) => {
    const found = variablesIn(entry, [...at, key])
    return presence && key === 'left' ? found.map((use) => ({ ...use, optional: true })) : found
  })
}

/** The same data with every `steps.<from>` called `steps.<to>`, wherever it's used. */
export function renameStepKey(value: Data, from: string, to: string): Data {
  if (typeof value === 'string') return renamedIn(value, from, to)
  if (Array.isArray(value)) return value.map((entry) => renameStepKey(entry, from, to))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, renameStepKey(entry, from, to)]),
  )
}

function renamedIn(text: string, from: string, to: string): string {
  const renamed = readUses(text)
    .filter(({ path }) => path[0] === 'steps' && path[1] === from)
    .flatMap(({ parts }) => parts[1] ?? [])
    .toSorted((a, b) => b.begin - a.begin)
  return renamed.reduce((changed, { begin, end, quote }) => {
    return changed.slice(0, begin) + quote + to + quote + changed.slice(end)
  }, text)
}

/** A use of a variable that doesn't exist, with the problem to show. */
export interface UnknownVariable {
  reference: VariableReference
  problem: ConfigProblem
}

/**
 * Checks variables before anything runs, against sample data of everything that can be seen there. Where the sample has
 * an empty value, anything may come; lists may be of any length, their entries like the first.
 */
export function checkVariables(value: Data, known: DataObject): UnknownVariable[] {
  return variablesIn(value).flatMap((reference) => {
    if (reference.optional) return []
    const problem = unknownIn(known, reference.path)
    return problem === undefined ? [] : [{ reference, problem }]
  })
}

function unknownIn(known: DataObject, path: Path): ConfigProblem | undefined {
  let place: unknown = known
  for (const [index, step] of path.entries()) {
    const anyEntry = Array.isArray(place) && typeof step === 'number'
    const part = partOf(place, anyEntry ? 0 : step)
    if (part === null || (part === undefined && anyEntry)) return undefined
    if (part === undefined) return unknownPart(path, index, place)
    place = part
  }
  return undefined
}
