import { Refused } from '../_shared/http/answers.ts'
import type { Person } from './person.ts'

const ROLES = ['viewer', 'operator', 'editor', 'admin', 'owner'] as const
type Role = (typeof ROLES)[number]

/** Throws Refused (403) unless the person has at least this role in the workspace. */
export async function requireRole(person: Person, workspace: string, least: Role): Promise<void> {
  const [member] = await person.select<{ role: Role }>(
    'members',
    `select=role&workspace_id=eq.${workspace}&user_id=eq.${person.id}`,
  )
  if (member !== undefined && ROLES.indexOf(member.role) >= ROLES.indexOf(least)) return
  throw new Refused({
    status: 403,
    code: 'api.not_allowed',
    title: 'Your role does not allow this',
    detail: `This takes the role "${least}" or higher.`,
    hint: 'Ask an admin of the workspace.',
  })
}

/** Nothing there, or nothing that this person may see: the same answer, so that nobody learns what exists. */
export const notFound = (what: string) =>
  new Refused({
    status: 404,
    code: 'api.not_found',
    title: 'Not found',
    detail: `There is no such ${what}, or you may not see it.`,
    hint: 'Check the address, and that you are in the right workspace.',
  })
