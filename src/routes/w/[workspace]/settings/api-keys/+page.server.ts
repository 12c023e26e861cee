import { may } from '#lib/access/roles.ts'
import { listKeys } from '#lib/api-keys/keys.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ locals, params, parent, depends }) => {
  depends('weft:api-keys')
  const { role } = await parent()
  return { keys: may(role, 'manage') ? await listKeys(locals.supabase, params.workspace) : [] }
}
