import { error } from '@sveltejs/kit'
import { workflowColumns, type WorkflowRow } from '#lib/builder/bar/workflow-state.svelte.ts'
import { loadPipelines } from '#lib/builder/state/pipelines.ts'
import { loadWorkflows } from '#lib/builder/state/workflows.ts'
import type { PageServerLoad } from './$types'

/**
 * The workflow that is drawn here, and the pipelines and workflows that its steps may use. Asked for by the server: it
 * comes with the page, and nobody waits for scripts first and for answers then.
 */
export const load: PageServerLoad = async ({ locals: { supabase }, params }) => {
  const [{ data }, pipelines, workflows] = await Promise.all([
    supabase
      .from('workflows')
      .select(workflowColumns)
      .eq('id', params.workflow)
      .eq('workspace_id', params.workspace)
      .is('deleted_at', null)
      .maybeSingle()
      .overrideTypes<WorkflowRow, { merge: false }>(),
    loadPipelines(supabase, params.workspace),
    loadWorkflows(supabase, params.workspace),
  ])
  if (!data) {
    error(404, 'There is no such workflow.', {
      hint: 'It may have been deleted, or it belongs to another workspace.',
    })
  }
  return { workflow: data, pipelines, workflows }
}
