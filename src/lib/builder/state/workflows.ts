import type { SupabaseClient } from '@supabase/supabase-js'

/** Another workflow of the workspace, as steps and settings that name one need it. */
export interface OtherWorkflow {
  id: string
  name: string
  /** The kinds of its live triggers; empty while it isn't published. */
  triggers: readonly string[]
}

interface Row {
  id: string
  name: string
  triggers: { kind: string }[]
}

/** The workspace's workflows by name, with what starts them. */
export async function loadWorkflows(
  supabase: SupabaseClient,
  workspace: string,
): Promise<OtherWorkflow[]> {
  const { data } = await supabase
    .from('workflows')
    .select('id, name, triggers(kind)')
    .eq('workspace_id', workspace)
    .is('deleted_at', null)
    .order('name')
    .overrideTypes<Row[], { merge: false }>()
  return (data ?? []).map(({ id, name, triggers }) => ({
    ...{ id, name },
    triggers: triggers.map(({ kind }) => kind),
  }))
}
