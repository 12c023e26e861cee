import { membersOf } from '#lib/workspace/membership.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ locals, params }) => ({
  members: await membersOf(locals.supabase, params.workspace),
})
