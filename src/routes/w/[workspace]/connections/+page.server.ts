import { may } from '#lib/access/roles.ts'
import { listConnections } from '#lib/connections/queries.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ locals, params, parent, depends }) => {
  depends('weft:connections')
  const { role } = await parent()
  const connections = may(role, 'edit')
    ? await listConnections(locals.supabase, params.workspace)
    : null
  return { connections }
}
