import type { Data } from '#lib/executions/rows.ts'
import type { DataPath } from '../data-tree.ts'

/** What may be different at a place: another value, or a value in one of the two only. */
export type DifferenceKind = 'changed' | 'only_here' | 'only_there'

/** One place at which two pieces of data differ. A value that isn't there is undefined; an empty one is null. */
export interface Difference {
  path: DataPath
  kind: DifferenceKind
  here: Data | undefined
  there: Data | undefined
}

/** All places that differ, in the order of the data, and whether there are more than were looked for. */
export interface Differences {
  found: Difference[]
  cut: boolean
}

const MOST_FOUND = 500

/** Where two pieces of data differ. Only the innermost places are told: a list with one other entry is that entry. */
export function differencesOf(here: Data, there: Data, most: number = MOST_FOUND): Differences {
  const search: Search = { most, found: [], cut: false }
  look(here, there, [], search)
  return { found: search.found, cut: search.cut }
}

/** Whether two pieces of data are alike; the order of an object's fields says nothing. */
export function isAlike(here: Data, there: Data): boolean {
  return differencesOf(here, there, 1).found.length === 0
}

interface Search extends Differences {
  most: number
}

type Part = readonly [name: string | number, here: Data | undefined, there: Data | undefined]

function look(
  here: Data | undefined,
  there: Data | undefined,
  path: DataPath,
  search: Search,
): void {
  if (search.cut || here === there) return
  const parts = here === undefined || there === undefined ? null : partsOf(here, there)
  if (parts === null) {
    note(here, there, path, search)
    return
  }
  for (const [name, one, other] of parts) look(one, other, [...path, name], search)
}

function note(
  here: Data | undefined,
  there: Data | undefined,
  path: DataPath,
  search: Search,
): void {
  if (search.found.length >= search.most) {
    search.cut = true
    return
  }
  const kind = here === undefined ? 'only_there' : there === undefined ? 'only_here' : 'changed'
  search.found.push({ path, kind, here, there })
}

/** What two lists or two objects are made of, side by side; null where they can't be laid side by side. */
function partsOf(here: Data, there: Data): Part[] | null {
  if (Array.isArray(here) && Array.isArray(there)) return partsOfLists(here, there)
  if (!isObject(here) || !isObject(there)) return null
  const names = new Set([...Object.keys(here), ...Object.keys(there)])
  // Own fields only: data may have a field called "constructor".
  return [...names].map((name) => [name, own(here, name), own(there, name)])
}

/**
 * Two lists, entry by entry. Of lists of different lengths the alike ends are taken away first, so that one entry more
 * at the front doesn't make all others look changed; places are those of the longer list.
 */
function partsOfLists(here: readonly Data[], there: readonly Data[]): Part[] {
  const most = Math.max(here.length, there.length)
  const alikeAtEnd = here.length === there.length ? 0 : alikeEnds(here, there)
  const hereEnds = here.length - alikeAtEnd
  const thereEnds = there.length - alikeAtEnd
  return Array.from({ length: most - alikeAtEnd }, (_, index): Part => [
    index,
    index < hereEnds ? here[index] : undefined,
    index < thereEnds ? there[index] : undefined,
  ])
}

function alikeEnds(here: readonly Data[], there: readonly Data[]): number {
  const most = Math.min(here.length, there.length)
  // What begins alike belongs together as well: an entry appended is not one put in before.
  let start = 0
  while (start < most && alikeAt(here[start], there[start])) start += 1
  let count = 0
  while (count < most - start && alikeAt(here.at(-1 - count), there.at(-1 - count))) count += 1
  return count
}

const alikeAt = (here: Data | undefined, there: Data | undefined): boolean =>
  here !== undefined && there !== undefined && isAlike(here, there)

const own = (value: { [key: string]: Data }, name: string): Data | undefined =>
  Object.hasOwn(value, name) ? value[name] : undefined

const isObject = (value: Data): value is { [key: string]: Data } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
