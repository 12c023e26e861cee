import type { SupabaseClient } from '@supabase/supabase-js'
import { sentenceFor } from '#lib/access/problems.ts'
import type { Role } from '#lib/access/roles.ts'

/** What's wrong, as a sentence for people; undefined when it worked. */
export type Answer = Promise<string | undefined>

async function told(
  supabase: SupabaseClient,
  name: string,
  values: Record<string, unknown>,
): Answer {
  const { error } = await supabase.rpc(name, values)
  return error ? sentenceFor(error) : undefined
}

/** Gives a member another role. */
export const changeRole = (
  supabase: SupabaseClient,
  workspace: string,
  person: string,
  role: Role,
): Answer =>
  told(supabase, 'change_role', { p_workspace: workspace, p_person: person, p_role: role })

/** Takes a member out, at once. */
export const removeMember = (supabase: SupabaseClient, workspace: string, person: string): Answer =>
  told(supabase, 'remove_member', { p_workspace: workspace, p_person: person })

/** Leaves a workspace. Its last owner can't. */
export const leaveWorkspace = (supabase: SupabaseClient, workspace: string): Answer =>
  told(supabase, 'leave_workspace', { p_workspace: workspace })

/** Makes somebody else the owner, and the one who asks an admin. */
export const transferOwnership = (
  supabase: SupabaseClient,
  workspace: string,
  person: string,
): Answer => told(supabase, 'transfer_ownership', { p_workspace: workspace, p_person: person })

/** Deletes a workspace; its name is typed to show that it's meant. Until `goneAt` it can be restored. */
export async function deleteWorkspace(
  supabase: SupabaseClient,
  workspace: string,
  name: string,
): Promise<{ goneAt: string } | { refused: string }> {
  const { data, error } = await supabase.rpc('delete_workspace', {
    p_workspace: workspace,
    p_name: name,
  })
  return error ? { refused: sentenceFor(error) } : { goneAt: String(data) }
}

/** Brings a deleted workspace back. */
export const restoreWorkspace = (supabase: SupabaseClient, workspace: string): Answer =>
  told(supabase, 'restore_workspace', { p_workspace: workspace })

/** A deleted workspace that its owner can still restore. */
export interface DeletedWorkspace {
  id: string
  name: string
  deleted_at: string
  gone_at: string
}

/** The deleted workspaces that the signed-in person could restore. Throws what the database answered. */
export async function deletedWorkspaces(supabase: SupabaseClient): Promise<DeletedWorkspace[]> {
  const { data } = await supabase.rpc('my_deleted_workspaces').throwOnError()
  return data as DeletedWorkspace[] // what the function returns
}

/** Says who may see a workflow besides admins and owners: these people, or (null) everybody in its workspace. */
export const restrictWorkflow = (
  supabase: SupabaseClient,
  workflow: string,
  people: readonly string[] | null,
): Answer => told(supabase, 'restrict_workflow', { p_workflow: workflow, p_people: people })

/** The people on a workflow's list. Throws what the database answered. */
export async function peopleOf(supabase: SupabaseClient, workflow: string): Promise<string[]> {
  const { data } = await supabase
    .from('workflow_people')
    .select('user_id')
    .eq('workflow_id', workflow)
    .throwOnError()
    .overrideTypes<{ user_id: string }[], { merge: false }>()
  return data.map(({ user_id }) => user_id)
}
