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
  const wanted = plain(typed)
  const rows = sources.flatMap((source, index) => {
    const id = `${index}`
    return source.fields.flatMap((field) =>
      wanted === ''
        ? openRows(source, field, `${id}/${field.path}`, 1, unfolded)
        : foundRows(source, field, id, wanted),
    )
  })
  return rows.slice(0, MOST_ROWS)
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
function foundRows(source: Source, field: OutputField, id: string, wanted: string): Row[] {
  const words = plain(`${source.title} ${source.base} ${field.path}`)
  const fits = wanted.split(' ').every((word) => words.includes(word))
  const rowId = `${id}/${field.path}`
  const own = fits ? [rowOf(source, field, rowId, 1, wayTo(field.path), false, true)] : []
  return [...own, ...field.fields.flatMap((part) => foundRows(source, part, id, wanted))]
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
