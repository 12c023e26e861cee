import { z } from 'zod'
import type { DataObject } from '../../../../src/lib/engine/data.ts'
import {
  connectionFields,
  partFields,
  type ConnectionKind,
} from '../../../../src/lib/engine/connections/define-connection.ts'
import { connectionKind } from '../../../../src/lib/engine/connections/kinds.ts'
import { Refused } from '../../_shared/http/answers.ts'
import { requireRole, notFound } from '../membership.ts'
import type { Person } from '../person.ts'

const USERS = ['editor', 'admin', 'owner'] as const

export const name = z.string().trim().min(1).max(80)
export const usedBy = z.enum(USERS)
/** What was typed in; each kind checks its own. */
export const fields = z.record(z.string().max(40), z.union([z.string(), z.number()]))

/** A connection as the person sees it. */
export interface SeenConnection {
  id: string
  workspace_id: string
  kind: string
  name: string
  status: string
  created_by: string | null
  used_by: (typeof USERS)[number]
  allowed_hosts: string[]
}

/** A connection that this person sees and has the right to change. Throws Refused otherwise. */
export async function changeable(person: Person, id: string | undefined): Promise<SeenConnection> {
  const seen = await visible(person, id)
  // Whoever made it looks after it, and so do admins.
  await requireRole(person, seen.workspace_id, seen.created_by === person.id ? 'editor' : 'admin')
  if (seen.status === 'revoked') throw alreadyRevoked(seen.name)
  return seen
}

/** A connection that this person sees and may use in workflows. Throws Refused otherwise. */
export async function forUse(person: Person, id: string | undefined): Promise<SeenConnection> {
  const seen = await visible(person, id)
  await requireRole(person, seen.workspace_id, seen.used_by)
  if (seen.status === 'revoked') throw alreadyRevoked(seen.name)
  return seen
}

async function visible(person: Person, id: string | undefined): Promise<SeenConnection> {
  const [seen] = await person.select<SeenConnection>(
    'connections',
    `select=id,workspace_id,kind,name,status,created_by,used_by,allowed_hosts&id=eq.${id}`,
  )
  if (seen === undefined) throw notFound('connection')
  return seen
}

/** What was typed in, checked by its kind and parted. Throws Refused; what was typed in isn't repeated. */
export function readFields(
  kindName: string,
  typed: DataObject,
): {
  kind: ConnectionKind
  settings: DataObject
  secrets: Record<string, string>
  hosts: string[]
} {
  const kind = connectionKind(kindName)
  if (kind === undefined) throw unreadable('There is no such kind of connection.')
  const parsed = kind.fields.safeParse(typed)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const at = String(issue?.path[0] ?? '')
    const label = connectionFields(kind).find((field) => field.name === at)?.label ?? at
    const isMissing = typed[at] === undefined
    throw unreadable(`${label}: ${isMissing ? 'Fill this in.' : (issue?.message ?? 'Look again.')}`)
  }
  const parts = partFields(kind, parsed.data as DataObject) // texts and numbers
  return { kind, ...parts, hosts: kind.hosts(parsed.data) }
}

const alreadyRevoked = (called: string) =>
  new Refused({
    status: 409,
    code: 'connection.revoked',
    title: 'This connection was revoked',
    detail: `"${called}" has no secrets any more.`,
    hint: 'Make a new one.',
  })

/** Something that was typed in can't be taken. */
export const unreadable = (detail: string) =>
  new Refused({
    status: 400,
    code: 'connection.fields',
    title: 'Look at the fields again',
    detail,
    hint: 'Correct this field and try again.',
  })
