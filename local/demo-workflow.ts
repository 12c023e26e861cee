import type { SupabaseClient } from '@supabase/supabase-js'
import pg from 'pg'
import { longTexts } from '../src/lib/builder/document/long-texts.ts'
import { writeDraft } from '../src/lib/server/sync/documents.ts'
import { demoDefinition, demoFields } from './demo-definition.ts'
import type { Stack } from './stack.ts'

const workflowName = 'Answer new leads'

/** The address of the demo's webhook. The workflow is made and published once; whatever people do to it later stays. */
export async function ensureDemoWorkflow(
  client: SupabaseClient,
  workspace: string,
  stack: Stack,
): Promise<string | undefined> {
  const { data, error } = await client
    .from('workflows')
    .select('id')
    .eq('workspace_id', workspace)
    .limit(1)
  if (error) throw error
  if (data.length === 0) await makeWorkflow(client, workspace, stack)
  return webhookUrl(client, workspace, stack)
}

async function makeWorkflow(
  client: SupabaseClient,
  workspace: string,
  stack: Stack,
): Promise<void> {
  const definition = demoDefinition(await makePipeline(client, workspace))
  const workflow = await insert(client, 'workflows', {
    workspace_id: workspace,
    name: workflowName,
    description:
      'Keeps each lead that comes in by webhook as a record, and writes to the big ones at once.',
  })
  const drafts = new pg.Pool({ connectionString: stack.appDatabaseUrl, max: 1 })
  try {
    await writeDraft(drafts, workflow, definition, longTexts)
  } finally {
    await drafts.end()
  }
  const { error } = await client.rpc('publish_version', {
    p_workflow: workflow,
    p_definition: definition,
    p_note: 'The demo',
  })
  if (error) throw error
}

async function makePipeline(client: SupabaseClient, workspace: string): Promise<string> {
  const pipeline = await insert(client, 'pipelines', { workspace_id: workspace, name: 'Leads' })
  const fields = demoFields.map((field, position) => ({
    ...field,
    position,
    workspace_id: workspace,
    pipeline_id: pipeline,
  }))
  const { error } = await client.from('pipeline_fields').insert(fields)
  if (error) throw error
  return pipeline
}

async function insert(client: SupabaseClient, table: string, row: object): Promise<string> {
  const { data, error } = await client.from(table).insert(row).select('id').single<{ id: string }>()
  if (error) throw error
  return data.id
}

/** Undefined while no webhook of the workspace is live: somebody paused or deleted it. */
async function webhookUrl(
  client: SupabaseClient,
  workspace: string,
  stack: Stack,
): Promise<string | undefined> {
  const { data, error } = await client
    .from('triggers')
    .select('workflow_id, node_id')
    .eq('workspace_id', workspace)
    .eq('kind', 'trigger.webhook')
    .order('created_at')
    .limit(1)
    .maybeSingle<{ workflow_id: string; node_id: string }>()
  if (error) throw error
  if (data === null) return undefined
  const endpoint = await client
    .from('webhook_endpoints')
    .select('token')
    .match(data)
    .single<{ token: string }>()
  if (endpoint.error) throw endpoint.error
  return `${stack.apiUrl}/functions/v1/webhook/${endpoint.data.token}`
}
