import { kinds, type AuditKind } from './entries.ts'

/** Which entries somebody wants to see. Days are those of the workspace's time zone. */
export interface AuditFilter {
  person?: string | undefined
  kind?: AuditKind | undefined
  from?: string | undefined
  to?: string | undefined
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** An id from a page's address; undefined for anything else. */
export const idFrom = (text: string | null): string | undefined =>
  text !== null && ID.test(text) ? text : undefined

/** Reads a filter from a page's address or a form; what makes no sense is left out. */
export function filterFrom(asked: { get: (name: string) => unknown }): AuditFilter {
  const text = (name: string) => {
    const value = asked.get(name)
    return typeof value === 'string' ? value : ''
  }
  const day = (name: string) => {
    const value = text(name)
    const is = /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value))
    return is ? value : undefined
  }
  return {
    person: idFrom(text('person')),
    kind: isKind(text('kind')) ? (text('kind') as AuditKind) : undefined,
    from: day('from'),
    to: day('to'),
  }
}

const isKind = (value: string): boolean => Object.hasOwn(kinds, value)

/** What of a filter was chosen. */
export const chosen = (filter: AuditFilter): Record<string, string> =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))

/** Writes a filter for a page's address: '' or '?kind=member&…'. */
export function filterQuery(filter: AuditFilter, before?: string): string {
  const asked = new URLSearchParams(chosen(filter))
  if (before !== undefined) asked.set('before', before)
  const text = asked.toString()
  return text === '' ? '' : `?${text}`
}
