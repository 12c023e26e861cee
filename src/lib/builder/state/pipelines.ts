import type { SupabaseClient } from '@supabase/supabase-js'
import type { PipelineFields } from '../variables/samples.ts'

/** The workspace's pipelines with their fields, for pickers, mappings and samples. */
export async function loadPipelines(
  supabase: SupabaseClient,
  workspace: string,
): Promise<PipelineFields[]> {
  const { data } = await supabase
    .from('pipelines')
    .select('id, name, pipeline_fields(key, title, type, options, required, position)')
    .eq('workspace_id', workspace)
    .order('name')
    .overrideTypes<
      {
        id: string
        name: string
        pipeline_fields: (PipelineFields['fields'][number] & { position: number })[]
      }[],
      { merge: false }
    >()
  return (data ?? []).map(({ id, name, pipeline_fields }) => ({
    id,
    name,
    fields: pipeline_fields.toSorted((a, b) => a.position - b.position),
  }))
}
