import type { SupabaseClient } from '@supabase/supabase-js'
import type { LastExecution, Trigger, Workflow, WorkflowEntry } from './rows.ts'

const columns =
  'id, workspace_id, name, description, live_version_id, latest_version_id, is_restricted, archived_at, created_at, updated_at, owner:profiles(user_id, display_name)'

/** All workflows of a workspace that aren't deleted, with triggers and latest executions. Throws the database's answer. */
export async function listWorkflows(
  supabase: SupabaseClient,
  workspace: string,
): Promise<WorkflowEntry[]> {
  const [workflows, live, last] = await Promise.all([
    fetchWorkflows(supabase, workspace),
    fetchTriggers(supabase, workspace),
    fetchLast(supabase, workspace),
  ])
  const triggers = Map.groupBy(
    [...live, ...(await triggersOfPaused(supabase, workflows))],
    (trigger) => trigger.workflow_id,
  )
  const lastOf = new Map(last.map((execution) => [execution.workflow_id, execution]))
  return workflows.map((workflow) => ({
    ...workflow,
    triggers: triggers.get(workflow.id) ?? [],
    last: lastOf.get(workflow.id),
  }))
}

/** The names of all workflows of a workspace, deleted ones too: their executions are still there to see. */
export async function workflowNames(
  supabase: SupabaseClient,
  workspace: string,
): Promise<{ id: string; name: string; is_restricted: boolean }[]> {
  const { data } = await supabase
    .from('workflows')
    .select('id, name, is_restricted')
    .eq('workspace_id', workspace)
    .order('name')
    .throwOnError()
    .overrideTypes<{ id: string; name: string; is_restricted: boolean }[], { merge: false }>()
  return data
}

async function fetchWorkflows(supabase: SupabaseClient, workspace: string): Promise<Workflow[]> {
  const { data } = await supabase
    .from('workflows')
    .select(columns)
    .eq('workspace_id', workspace)
    .is('deleted_at', null)
    .order('updated_at', { ascending: false })
    .throwOnError()
    .overrideTypes<Workflow[], { merge: false }>()
  return data
}

async function fetchTriggers(supabase: SupabaseClient, workspace: string): Promise<Trigger[]> {
  const { data } = await supabase
    .from('triggers')
    .select('workflow_id, node_id, kind, config, next_fire_at')
    .eq('workspace_id', workspace)
    .throwOnError()
    .overrideTypes<Trigger[], { merge: false }>()
  return data
}

async function fetchLast(supabase: SupabaseClient, workspace: string): Promise<LastExecution[]> {
  const { data } = await supabase.rpc('last_executions', { p_workspace: workspace }).throwOnError()
  return data as LastExecution[]
}

interface VersionNodes {
  workflow_id: string
  nodes: { id: string; type: string; config: Record<string, unknown>; disabled?: boolean }[]
}

/** A paused workflow has no live triggers; its latest version says which it would have. */
async function triggersOfPaused(
  supabase: SupabaseClient,
  workflows: readonly Workflow[],
): Promise<Trigger[]> {
  const versions = workflows.flatMap(({ live_version_id, latest_version_id }) =>
    live_version_id === null && latest_version_id !== null ? [latest_version_id] : [],
  )
  if (versions.length === 0) return []
  const { data } = await supabase
    .from('workflow_versions')
    .select('workflow_id, nodes:definition->nodes')
    .in('id', versions)
    .throwOnError()
    .overrideTypes<VersionNodes[], { merge: false }>()
  return data.flatMap(({ workflow_id, nodes }) =>
    nodes
      .filter((node) => node.type.startsWith('trigger.') && node.disabled !== true)
      .map((node) => ({
        workflow_id,
        node_id: node.id,
        kind: node.type,
        config: node.config,
        next_fire_at: null,
      })),
  )
}
