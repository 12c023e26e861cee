import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { ensureDemoWorkflow } from './demo-workflow.ts'
import type { Stack } from './stack.ts'

/** The account to look around with. It exists on this machine only. */
export const demoAccount = { email: 'demo@example.com', password: 'weft-demo' }

/** What a start prints about the demo. */
export type Demo = { email: string; password: string; webhookUrl: string | undefined }

/** Makes sure that the demo account, its workspace and its workflow exist, through the same doors as everybody. */
export async function ensureDemo(stack: Stack): Promise<Demo> {
  const client = createClient(stack.apiUrl, stack.anonKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  })
  await signInOrUp(client)
  const workspace = await ensureWorkspace(client)
  const webhookUrl = await ensureDemoWorkflow(client, workspace, stack)
  return { ...demoAccount, webhookUrl }
}

async function signInOrUp(client: SupabaseClient): Promise<void> {
  const { error: unknown } = await client.auth.signInWithPassword(demoAccount)
  if (!unknown) return
  const { error } = await client.auth.signUp({
    ...demoAccount,
    options: { data: { display_name: 'Demo' } },
  })
  // Somebody changed the demo's password: theirs to know.
  if (error) throw new Error(`The demo account can't be used: ${error.message}`, { cause: error })
}

async function ensureWorkspace(client: SupabaseClient): Promise<string> {
  const { data, error } = await client.from('workspaces').select('id').order('created_at').limit(1)
  if (error) throw error
  const first = (data as { id: string }[])[0]
  if (first) return first.id
  const made = await client.rpc('create_workspace', {
    p_name: 'Demo',
    p_time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  })
  if (made.error) throw made.error
  return (made.data as { id: string }).id
}
