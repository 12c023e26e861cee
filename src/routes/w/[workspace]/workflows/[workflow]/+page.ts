import { error } from '@sveltejs/kit'
import { workflowColumns, type WorkflowRow } from '#lib/builder/bar/workflow-state.svelte.ts'
import { loadPipelines } from '#lib/builder/state/pipelines.ts'
import { loadWorkflows } from '#lib/builder/state/workflows.ts'
import type { PageLoad } from './$types'

// The drawing lives in the browser: there's nothing of it to draw on the server.
export const ssr = false

/** The workflow that is drawn here, and the pipelines and workflows that its steps may use. */
export const load: PageLoad = async ({ parent, params }) => {
  const { supabase, workspace } = await parent()
  const [{ data }, pipelines, workflows] = await Promise.all([
    supabase
      .from('workflows')
      .select(workflowColumns)
      .eq('id', params.workflow)
      .eq('workspace_id', workspace.id)
      .is('deleted_at', null)
      .maybeSingle()
      .overrideTypes<WorkflowRow, { merge: false }>(),
    loadPipelines(supabase, workspace.id),
    loadWorkflows(supabase, workspace.id),
  ])
  if (!data) {
    error(404, 'There is no such workflow.', {
      hint: 'It may have been deleted, or it belongs to another workspace.',
    })
  }
  return { workflow: data, pipelines, workflows }
}
