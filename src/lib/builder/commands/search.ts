import type { Data, Registry, WorkflowDefinition } from '#lib/engine/index.ts'
import { plain } from '#lib/ui/choice.ts'

/** A step or note in which something was found. */
export interface Found {
  id: string
  kind: 'step' | 'note'
  title: string
  /** The kind of step, and the place in its texts where it was found. */
  detail: string
}

const MOST = 200
const AROUND = 32

/**
 * Searches names, kinds and every text of the configuration, and notes. All words have to be in one thing; what has them
 * in its name comes first.
 */
export function searchDrawing(
  { nodes, notes = [], groups = [] }: WorkflowDefinition,
  registry: Registry,
  typed: string,
): Found[] {
  const wanted = plain(typed).split(' ').filter(Boolean)
  if (wanted.length === 0) return []
  const named: Found[] = []
  const rest: Found[] = []
  for (const node of nodes) {
    const type = registry.get(node.type)
    const title = node.title || (type?.title ?? node.type)
    const frame = groups.find(({ id }) => id === node.group)?.title ?? ''
    const values = [...textsIn(node.config), ...(node.note ? [node.note] : [])]
    const all = [title, type?.title ?? node.type, node.key, frame, ...values].join(' ')
    if (!hasAll(all, wanted)) continue
    const found: Found = { id: node.id, kind: 'step', title, detail: type?.title ?? node.type }
    if (hasAll(title, wanted)) named.push(found)
    else rest.push({ ...found, detail: excerpt([...values, frame], wanted) ?? found.detail })
  }
  for (const { id, text } of notes) {
    if (!hasAll(text, wanted)) continue
    rest.push({ id, kind: 'note', title: firstLine(text), detail: excerpt([text], wanted) ?? '' })
  }
  return [...named, ...rest].slice(0, MOST)
}

const hasAll = (text: string, wanted: readonly string[]): boolean => {
  const simple = plain(text)
  return wanted.every((word) => simple.includes(word))
}

const firstLine = (text: string): string =>
  (text.trim().split('\n')[0] ?? '').replace(/^[#>*\-\s]+/, '').slice(0, 80)

/** The words around what was found. */
function excerpt(values: readonly string[], wanted: readonly string[]): string | null {
  for (const value of values) {
    const line = value.replace(/\s+/g, ' ').trim()
    const at = wanted
      .map((word) => line.toLowerCase().indexOf(word))
      .filter((index) => index >= 0)
      .toSorted((a, b) => a - b)[0]
    if (at === undefined) continue
    const [from, to] = [Math.max(0, at - AROUND), at + AROUND * 2]
    return `${from > 0 ? '…' : ''}${line.slice(from, to)}${line.length > to ? '…' : ''}`
  }
  return null
}

/** Every text in a configuration, names of its parts left out. */
function textsIn(data: Data | undefined): string[] {
  if (typeof data === 'string') return [data]
  if (typeof data === 'number') return [String(data)]
  if (Array.isArray(data)) return data.flatMap(textsIn)
  if (typeof data === 'object' && data !== null) return Object.values(data).flatMap(textsIn)
  return []
}
