import type { SupabaseClient } from '@supabase/supabase-js'
import type { Role } from '#lib/access/roles.ts'

/** A workspace and what the signed-in person is in it. */
export interface Membership {
  id: string
  name: string
  time_zone: string
  role: Role
}

/** A person of a workspace, for the members page. */
export interface Member {
  user_id: string
  role: Role
  created_at: string
  display_name: string
  email: string
}

interface MembershipRow {
  role: Role
  workspaces: { id: string; name: string; time_zone: string } | null
}

/** The workspaces of a person, by name. Throws what the database answered. */
export async function membershipsOf(
  supabase: SupabaseClient,
  person: string,
): Promise<Membership[]> {
  const { data } = await supabase
    .from('members')
    .select('role, workspaces(id, name, time_zone)')
    .eq('user_id', person)
    .throwOnError()
    .overrideTypes<MembershipRow[], { merge: false }>()
  return data
    .flatMap(({ role, workspaces }) => (workspaces ? [{ ...workspaces, role }] : []))
    .sort((one, other) => one.name.localeCompare(other.name))
}

/** Where to start: the workspace one was in last if one still belongs to it, else any; nothing for newcomers. */
export async function lastWorkspace(
  supabase: SupabaseClient,
  person: string,
  remembered: string | undefined,
): Promise<string | undefined> {
  const mine = await membershipsOf(supabase, person)
  return mine.find(({ id }) => id === remembered)?.id ?? mine[0]?.id
}

interface MemberRow {
  user_id: string
  role: Role
  created_at: string
  profiles: { display_name: string; email: string } | null
}

/** The people of a workspace, those who may do most first. */
export async function membersOf(supabase: SupabaseClient, workspace: string): Promise<Member[]> {
  const { data } = await supabase
    .from('members')
    .select('user_id, role, created_at, profiles(display_name, email)')
    .eq('workspace_id', workspace)
    .order('role', { ascending: false })
    .order('created_at')
    .throwOnError()
    .overrideTypes<MemberRow[], { merge: false }>()
  return data.map(({ profiles, ...member }) => ({
    ...member,
    display_name: profiles?.display_name ?? 'Someone',
    email: profiles?.email ?? '',
  }))
}
