import { Refused } from '../_shared/http/answers.ts'
import type { Caller, Scope } from './caller.ts'

const ROLES = ['viewer', 'operator', 'editor', 'admin', 'owner'] as const
/** A member's role. */
export type Role = (typeof ROLES)[number]

/** Throws Refused (403) unless the caller has at least this role in the workspace. */
export async function requireRole(person: Caller, workspace: string, least: Role): Promise<void> {
  const role = await person.roleIn(workspace)
  if (role !== undefined && ROLES.indexOf(role) >= ROLES.indexOf(least)) return
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

/** Throws Refused (403) unless a key may be used for this; people need no scope. */
export function requireScope({ scopes }: Caller, scope: Scope): void {
  if (scopes === null || scopes.includes(scope)) return
  throw new Refused({
    status: 403,
    code: 'api.not_in_scope',
    title: 'This API key is not for that',
    detail: `It takes a key that may do "${scope}".`,
    hint: 'Make a key that may do this in the settings of the workspace.',
  })
}
