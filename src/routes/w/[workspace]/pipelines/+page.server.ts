import { listPipelines } from '#lib/pipelines/queries.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ locals, params, depends }) => {
  depends('weft:pipelines')
  return { pipelines: await listPipelines(locals.supabase, params.workspace) }
}
