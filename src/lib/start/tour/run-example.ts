import type { SupabaseClient } from '@supabase/supabase-js'
import type { WorkflowState } from '#lib/builder/bar/workflow-state.svelte.ts'
import type { DraftSession } from '#lib/builder/session/draft-session.svelte.ts'
import { startExecution } from '#lib/executions/actions.ts'
import { tourExample } from './example.ts'

/** Runs the drawing as it is, with the example's own data; answers the execution, or nothing when it can't be run. */
export async function runExample(
  supabase: SupabaseClient,
  {
    session,
    workflow,
    trigger,
  }: { session: DraftSession; workflow: WorkflowState; trigger: string },
): Promise<string | null> {
  await session.kept()
  const saved = await workflow.saveTest()
  if (!('version' in saved)) return null
  const started = await startExecution(supabase, {
    ...{ workflow: workflow.row.id, version: saved.version, node: trigger },
    data: { ...tourExample.sample },
  })
  return started.ok ? started.value.execution : null
}
