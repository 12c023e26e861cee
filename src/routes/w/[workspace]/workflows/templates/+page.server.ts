import type { KnownPipeline } from '#lib/start/use-template.ts'
import type { PageServerLoad } from './$types'

/** The pipelines that a starter workflow may keep its records in. */
export const load: PageServerLoad = async ({ locals, params }) => {
  const { data } = await locals.supabase
    .from('pipelines')
    .select('id, name, fields:pipeline_fields(key)')
    .eq('workspace_id', params.workspace)
    .throwOnError()
    .overrideTypes<KnownPipeline[], { merge: false }>()
  return { pipelines: data }
}
