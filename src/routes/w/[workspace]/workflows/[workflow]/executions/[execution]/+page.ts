import { error } from '@sveltejs/kit'
import { readVersion } from '#lib/builder/debug/executed-versions.svelte.ts'
import { texts } from '#lib/builder/debug/texts.ts'
import { loadPipelines } from '#lib/builder/state/pipelines.ts'
import { loadWorkflows } from '#lib/builder/state/workflows.ts'
import { getExecution, getVersion, listSteps } from '#lib/executions/queries.ts'
import type { PageLoad } from './$types'

// The drawing is drawn by the browser: there's nothing of it to draw on the server.
export const ssr = false

/** One execution with its steps, and the version that ran. */
export const load: PageLoad = async ({ parent, params }) => {
  const { supabase, workspace } = await parent()
  const id = params.execution
  const execution = /^[0-9a-f-]{36}$/.test(id) ? await getExecution(supabase, id) : null
  if (execution?.workflow_id !== params.workflow || execution.workspace_id !== workspace.id) {
    error(404, texts.page.notFound, { hint: texts.page.notFoundHint })
  }
  const [steps, version, pipelines, workflows, { data: workflow }] = await Promise.all([
    listSteps(supabase, id),
    getVersion(supabase, execution.version_id),
    loadPipelines(supabase, workspace.id),
    loadWorkflows(supabase, workspace.id),
    supabase
      .from('workflows')
      .select('name')
      .eq('id', params.workflow)
      .maybeSingle()
      .overrideTypes<{ name: string }, { merge: false }>(),
  ])
  return {
    execution,
    steps,
    pipelines,
    workflows,
    version: version && readVersion(version),
    workflow: { id: params.workflow, name: workflow?.name ?? texts.page.deletedWorkflow },
  }
}
