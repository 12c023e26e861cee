import type { SupabaseClient } from '@supabase/supabase-js'
import type { Stack } from './stack.ts'

/** The address of a live webhook in the demo workspace; undefined while nothing there is live. */
export async function ensureDemoWorkflow(
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
  if (error) throw error
  const trigger = (data as { workflow_id: string; node_id: string }[])[0]
  if (!trigger) return undefined
  const endpoint = await client.from('webhook_endpoints').select('token').match(trigger).single()
  if (endpoint.error) throw endpoint.error
  return `${stack.apiUrl}/functions/v1/webhook/${(endpoint.data as { token: string }).token}`
}
