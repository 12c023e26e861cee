import type { Data } from '#lib/executions/rows.ts'
import { plain } from '#lib/ui/choice.ts'
import { texts } from './texts.ts'

/** A value's place in the data: names of fields and numbers of entries. */
export type DataPath = readonly (string | number)[]

export type DataKind = 'text' | 'number' | 'boolean' | 'empty' | 'list' | 'object'

/** One line of the data viewer. */
export interface DataRow {
  id: string
  depth: number
  /** The last name of its path; empty for data that is one plain value. */
  name: string
  path: DataPath
  kind: DataKind
  value: Data
  /** A plain value in short, or what a list or object holds. */
  preview: string
  /** Null when there's nothing to open. */
  isOpen: boolean | null
}

const WIDE = 40
const DEEP = 2
const PREVIEW = 300
const MOST_FOUND = 500
/** 5 MB of small values are some 200,000. */
const MOST_LOOKED_AT = 500_000

/** What one reads at a place that isn't named. */
const idOf = (path: DataPath): string => JSON.stringify(path)

/** The lines of some data; `toggled` are the places that somebody opened or closed against what they start as. */
export function dataRows(data: Data, toggled: ReadonlySet<string>): DataRow[] {
  const entries = entriesOf(data)
  if (entries === null || entries.length === 0) return [rowOf(data, [], null)]
  const isWide = entries.length > WIDE
  return entries.flatMap(([name, value]) => openRows(value, [name], isWide, toggled))
}

/** In wide places everything starts folded: one looks for the entry first. */
function openRows(
  value: Data,
  path: DataPath,
  isInWide: boolean,
  toggled: ReadonlySet<string>,
): DataRow[] {
  const entries = entriesOf(value)
  const isWide = isInWide || (entries?.length ?? 0) > WIDE
  const startsOpen = !isWide && path.length <= DEEP
  const isOpen = entries?.length ? startsOpen !== toggled.has(idOf(path)) : null
  const row = rowOf(value, path, isOpen)
  if (!isOpen || entries === null) return [row]
  const rows = [row]
  for (const [name, part] of entries) {
    for (const inner of openRows(part, [...path, name], isWide, toggled)) rows.push(inner)
  }
  return rows
}

/** Whether the data holds more values than that, however it is folded. */
export function holdsMoreThan(data: Data, values: number): boolean {
  let left = values
  const goesOver = (value: Data): boolean => {
    left -= 1
    return left < 0 || (entriesOf(value) ?? []).some(([, part]) => goesOver(part))
  }
  return goesOver(data)
}

/** What was found, and whether there is more than that. */
export interface Found {
  rows: DataRow[]
  count: number
  cut: boolean
}

/** The lines whose name or value contains what was typed, with the lines on the way to them. */
export function searchData(data: Data, typed: string): Found {
  const search = { wanted: plain(typed), looked: 0, count: 0, cut: false }
  const rows: DataRow[] = []
  const entries = entriesOf(data)
  const tops = entries ?? [['', data] as const]
  for (const [name, value] of tops) {
    const path = entries === null ? [] : [name]
    for (const row of foundRows(value, path, search)) rows.push(row)
  }
  return { rows, count: search.count, cut: search.cut }
}

interface Search {
  wanted: string
  looked: number
  count: number
  cut: boolean
}

function foundRows(value: Data, path: DataPath, search: Search): DataRow[] {
  if (search.count >= MOST_FOUND || search.looked >= MOST_LOOKED_AT) {
    search.cut = true
    return []
  }
  search.looked += 1
  const entries = entriesOf(value)
  const own = plain(`${String(path.at(-1) ?? '')} ${entries === null ? plainText(value) : ''}`)
  const fits = own.includes(search.wanted)
  if (fits) search.count += 1
  const inner: DataRow[] = []
  for (const [name, part] of entries ?? []) {
    for (const row of foundRows(part, [...path, name], search)) inner.push(row)
  }
  if (!fits && inner.length === 0) return []
  const isOpen = entries?.length ? inner.length > 0 : null
  return [rowOf(value, path, isOpen), ...inner]
}

function rowOf(value: Data, path: DataPath, isOpen: boolean | null): DataRow {
  return {
    id: idOf(path),
    depth: Math.max(0, path.length - 1),
    name: nameOf(path),
    path,
    kind: kindOf(value),
    value,
    preview: previewOf(value, isOpen === false),
    isOpen,
  }
}

function entriesOf(value: Data): (readonly [string | number, Data])[] | null {
  if (Array.isArray(value)) return value.map((part, index) => [index, part] as const)
  return typeof value === 'object' && value !== null ? Object.entries(value) : null
}

function nameOf(path: DataPath): string {
  const last = path.at(-1)
  // People count from one; the reference that is copied counts as templates do.
  return typeof last === 'number' ? String(last + 1) : (last ?? '')
}

/** What kind of value it is, for its colour and its word. */
export function kindOf(value: Data): DataKind {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'string') return 'text'
  return typeof value as 'number' | 'boolean' | 'object' // all that is left of data
}

function previewOf(value: Data, isFolded: boolean): string {
  const { data } = texts
  if (Array.isArray(value)) return value.length === 0 ? data.emptyList : data.list(value.length)
  if (typeof value === 'object' && value !== null) {
    const count = Object.keys(value).length
    if (count === 0) return data.emptyObject
    return (isFolded && gist(value)) || data.object(count)
  }
  return shortened(plainText(value), PREVIEW)
}

/** What a folded object is about: its first plain values. */
function gist(value: { [key: string]: Data }): string {
  const plainOnes = Object.entries(value).filter(([, part]) => entriesOf(part) === null)
  return plainOnes
    .slice(0, 4)
    .map(([name, part]) => texts.data.described(name, shortened(plainText(part), 40)))
    .join(', ')
}

const shortened = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most)}…` : text

/** A plain value as people read it. */
export function plainText(value: Data): string {
  if (value === null) return texts.data.empty
  if (value === '') return texts.data.emptyText
  if (typeof value === 'boolean') return value ? texts.data.yes : texts.data.no
  return typeof value === 'object' ? '' : String(value)
}

/** A value for the clipboard: texts as they are, everything else in the notation that other programs read. */
export function copyText(value: Data): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}

/**
 * The template text that stands for a place, e.g. `{{ steps.find.records[0].name }}`. With an empty base, the path itself
 * begins with what templates call it.
 */
export function referenceOf(base: string, path: DataPath): string {
  const parts = path.map((name) => {
    if (typeof name === 'number') return `[${name}]`
    if (/^[A-Za-z_][\w-]*$/.test(name)) return `.${name}`
    return name.includes('"') ? `['${name}']` : `["${name}"]`
  })
  const name = `${base}${parts.join('')}`
  return `{{ ${base === '' ? name.replace(/^\./, '') : name} }}`
}
