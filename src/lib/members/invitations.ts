import { FunctionsHttpError, type SupabaseClient } from '@supabase/supabase-js'
import { sentenceFor } from '#lib/access/problems.ts'
import type { Role } from '#lib/access/roles.ts'

/** An invitation that nobody has accepted yet. */
export interface OpenInvitation {
  id: string
  email: string
  role: Role
  expires_at: string
}

/** The open invitations of a workspace, newest first, expired ones too. Throws what the database answered. */
export async function openInvitations(
  supabase: SupabaseClient,
  workspace: string,
): Promise<OpenInvitation[]> {
  const { data } = await supabase
    .from('invitations')
    .select('id, email, role, expires_at')
    .eq('workspace_id', workspace)
    .is('accepted_at', null)
    .is('revoked_at', null)
    .order('created_at', { ascending: false })
    .throwOnError()
    .overrideTypes<OpenInvitation[], { merge: false }>()
  return data
}

/** An invitation that was just made. `problem`: why its e-mail could not be sent. */
export interface Invited {
  link: string
  sent: boolean
  problem: string | null
}

/** Invites somebody and sends them the link. */
export const invite = (
  supabase: SupabaseClient,
  wish: { workspace: string; email: string; role: Role },
): Promise<Invited | { refused: string }> => asked(supabase, 'api/invitations', wish)

/** Sends a new link in place of the one before. */
export const resend = (
  supabase: SupabaseClient,
  invitation: string,
): Promise<Invited | { refused: string }> =>
  asked(supabase, `api/invitations/${invitation}/resend`, {})

async function asked(
  supabase: SupabaseClient,
  path: string,
  body: object,
): Promise<Invited | { refused: string }> {
  const { data, error } = await supabase.functions.invoke<Invited>(path, { body: { ...body } })
  if (error === null && data !== null) return data
  return { refused: await sentenceOf(error) }
}

async function sentenceOf(problem: unknown): Promise<string> {
  if (problem instanceof FunctionsHttpError) {
    const response = problem.context as Response // of an answer that says no
    const said = (await response.json().catch(() => ({}))) as { detail?: unknown } // our api's refusals
    if (typeof said.detail === 'string') return said.detail
  }
  return sentenceFor({ message: 'fetch' })
}

/** Takes an invitation back. Answers with what's wrong, or nothing. */
export async function revokeInvitation(
  supabase: SupabaseClient,
  invitation: string,
): Promise<string | undefined> {
  const { error } = await supabase.rpc('revoke_invitation', { p_invitation: invitation })
  return error ? sentenceFor(error) : undefined
}

/** What whoever holds the link may know of an invitation. */
export interface Invitation {
  workspace_name: string
  invited_by_name: string | null
  email: string
  role: Role
  state: 'open' | 'expired' | 'used' | 'revoked'
}

/** The invitation of a link; null when there's none. Throws what the database answered. */
export async function invitationByToken(
  supabase: SupabaseClient,
  token: string,
): Promise<Invitation | null> {
  const { data } = await supabase.rpc('invitation_by_token', { p_token: token }).throwOnError()
  return (data as Invitation[])[0] ?? null // what the function returns
}
