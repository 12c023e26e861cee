import type { SupabaseClient } from '@supabase/supabase-js'
import { sentenceFor, type DatabaseProblem } from '#lib/access/problems.ts'

/** How a change went: nothing, or why it didn't work, in a sentence. */
export type Outcome = string | undefined

/** What can be changed of a workflow without opening it. */
export interface WorkflowChange {
  name?: string
  description?: string
  archived_at?: string | null
  deleted_at?: string | null
}

/** Adds an empty workflow; answers its id or why it didn't work. */
export async function createWorkflow(
  supabase: SupabaseClient,
  workspace: string,
  { name, description }: { name: string; description: string },
): Promise<{ id: string } | { problem: string }> {
  const { data, error } = await supabase
    .from('workflows')
    .insert({ workspace_id: workspace, name, description })
    .select('id')
    .single()
  return error ? { problem: sentenceFor(error) } : { id: String(data.id) }
}

/** Renames, archives, deletes (to the bin), or takes one of these back. */
export async function changeWorkflow(
  supabase: SupabaseClient,
  id: string,
  change: WorkflowChange,
): Promise<Outcome> {
  const { error } = await supabase
    .from('workflows')
    .update(change)
    .eq('id', id)
    .select('id')
    .single()
  return outcome(error)
}

/** Stops the triggers; the published version stays. */
export async function pauseWorkflow(supabase: SupabaseClient, id: string): Promise<Outcome> {
  const { error } = await supabase.rpc('pause_workflow', { p_workflow: id })
  return outcome(error)
}

/** Puts the newest published version live again. */
export async function resumeWorkflow(supabase: SupabaseClient, id: string): Promise<Outcome> {
  const { error } = await supabase.rpc('resume_workflow', { p_workflow: id })
  return outcome(error)
}

/** This moment, as the database takes it. */
export function rightNow(): string {
  return new Date().toISOString()
}

function outcome(error: DatabaseProblem | null): Outcome {
  return error ? sentenceFor(error) : undefined
}
