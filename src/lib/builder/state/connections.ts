import type { SupabaseClient } from '@supabase/supabase-js'
import { roles, type Role } from '#lib/access/roles.ts'

/** A connection of the workspace, as steps that use one need it. */
export interface KnownConnection {
  id: string
  name: string
  kind: string
  status: 'unfinished' | 'ready' | 'broken' | 'revoked'
  /** Whether the person who draws may put it into a workflow. */
  mayUse: boolean
}

interface Row extends Omit<KnownConnection, 'mayUse'> {
  used_by: Role
}

/** The workspace's connections by name; none for people who don't draw workflows. */
export async function loadConnections(
  supabase: SupabaseClient,
  workspace: string,
  role: Role,
): Promise<KnownConnection[]> {
  const { data } = await supabase
    .from('connections')
    .select('id, name, kind, status, used_by')
    .eq('workspace_id', workspace)
    .order('name')
    .overrideTypes<Row[], { merge: false }>()
  return (data ?? []).map(({ used_by, ...one }) => ({
    ...one,
    mayUse: roles.indexOf(role) >= roles.indexOf(used_by),
  }))
}
