import { may } from '#lib/access/roles.ts'
import { openInvitations } from '#lib/members/invitations.ts'
import { membersOf } from '#lib/workspace/membership.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ locals, params, parent, depends }) => {
  depends('weft:members')
  const { role } = await parent()
  const [members, invitations] = await Promise.all([
    membersOf(locals.supabase, params.workspace),
    may(role, 'manage') ? openInvitations(locals.supabase, params.workspace) : [],
  ])
  return { members, invitations }
}
