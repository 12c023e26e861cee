import type { KnownFields } from '#lib/start/form/description.ts'
import type { PageServerLoad } from './$types'

/** The pipelines that a step can keep its records in. */
export const load: PageServerLoad = async ({ locals, params }) => {
  const { data } = await locals.supabase
    .from('pipelines')
    .select('id, name, fields:pipeline_fields(key, title)')
    .eq('workspace_id', params.workspace)
    .order('name')
    .throwOnError()
    .overrideTypes<KnownFields[], { merge: false }>()
  return { pipelines: data }
}
