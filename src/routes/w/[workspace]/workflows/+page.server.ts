import { listWorkflows } from '#lib/workflows/queries.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ locals, params, depends }) => {
  depends('weft:workflows')
  return { workflows: await listWorkflows(locals.supabase, params.workspace) }
}
