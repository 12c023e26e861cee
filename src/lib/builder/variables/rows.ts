import type { OutputField } from '#lib/engine/nodes/output-fields.ts'
import { plain } from '#lib/ui/choice.ts'
import { templateOf, type Source } from './sources.ts'

/** One line of the variable picker. */
export interface Row {
  id: string
  source: Source
  /** Null for the line of the whole step. */
  field: OutputField | null
  depth: number
  name: string
  /** What is inserted. */
  template: string
  preview: string
  canOpen: boolean
  isOpen: boolean
}

const MOST_ROWS = 300

/** The picker's lines: what is unfolded, or everything whose name fits what was typed. */
export function rowsOf(
  sources: readonly Source[],
  typed: string,
  unfolded: ReadonlySet<string>,
): Row[] {
  const words = plain(typed).split(' ').filter(Boolean)
  const groups = sources.map((source, index) =>
    source.fields.flatMap((field) =>
      words.length === 0
        ? openRows(source, field, `${index}/${field.path}`, 1, unfolded)
        : foundRows(source, field, `${index}`, words),
    ),
  )
  if (words.length === 0) return groups.flat().slice(0, MOST_ROWS)
  // The best first, and steps in the order of their best.
  const ranked = groups.map((rows) =>
    rows
      .map((row) => ({ row, rank: rankOf(row, words) }))
      .sort((one, other) => other.rank - one.rank),
  )
  return ranked
    .sort((one, other) => (other[0]?.rank ?? 0) - (one[0]?.rank ?? 0))
    .flatMap((rows) => rows.map(({ row }) => row))
    .slice(0, MOST_ROWS)
}

/** How well a line fits: a word that begins its own name counts most, one inside its step's title least. */
function rankOf({ source, field }: Row, words: readonly string[]): number {
  const name = plain(field?.name ?? '')
  const way = plain((field?.path ?? '').replace(/[.[\]"]+/g, ' '))
  const rank = (word: string): number => {
    const begins = (text: string): boolean => ` ${text}`.includes(` ${word}`)
    if (begins(name)) return 5
    if (begins(way)) return 4
    if (begins(plain(source.title))) return 3
    return way.includes(word) ? 2 : 1
  }
  return words.reduce((sum, word) => sum + rank(word), 0)
}

function openRows(
  source: Source,
  field: OutputField,
  id: string,
  depth: number,
  unfolded: ReadonlySet<string>,
): Row[] {
  const isOpen = unfolded.has(id)
  const row = rowOf(source, field, id, depth, field.name, isOpen)
  if (!isOpen) return [row]
  const inner = field.fields.flatMap((part) =>
    openRows(source, part, `${id}/${part.path}`, depth + 1, unfolded),
  )
  return [row, ...inner]
}

/** Searching shows matches at any depth, each with the names on the way to it. */
function foundRows(
  source: Source,
  field: OutputField,
  id: string,
  words: readonly string[],
): Row[] {
  const text = plain(`${source.title} ${source.base} ${field.path}`)
  const fits = words.every((word) => text.includes(word))
  const rowId = `${id}/${field.path}`
  const own = fits ? [rowOf(source, field, rowId, 1, wayTo(field.path), false, true)] : []
  return [...own, ...field.fields.flatMap((part) => foundRows(source, part, id, words))]
}

function rowOf(
  source: Source,
  field: OutputField,
  id: string,
  depth: number,
  name: string,
  isOpen: boolean,
  isFound = false,
): Row {
  return {
    id,
    source,
    field,
    depth,
    name: name === 'first' ? 'first of the list' : name,
    template: templateOf(source, field.path),
    preview: previewOf(field.value),
    canOpen: !isFound && field.fields.length > 0,
    isOpen,
  }
}

const wayTo = (path: string): string => path.replaceAll('[0]', '.first').replaceAll('.', ' › ')

/** A value in a few characters. */
export function previewOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (typeof value === 'string') return value === '' ? 'empty' : value.slice(0, 80)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.length === 1 ? '1 entry' : `${value.length} entries`
  if (typeof value === 'object') {
    const count = Object.keys(value).length
    return count === 1 ? '1 field' : `${count} fields`
  }
  return String(value)
}
