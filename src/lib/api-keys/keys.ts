import type { SupabaseClient } from '@supabase/supabase-js'
import { sentenceFor } from '#lib/access/problems.ts'
import type { Scope } from './texts.ts'

/** A key as its workspace's admins see it. The key itself is nowhere to be read. */
export interface ApiKey {
  id: string
  name: string
  prefix: string
  scopes: Scope[]
  madeBy: string
  lastUsedAt: string | null
  expiresAt: string | null
  revokedAt: string | null
}

interface Row {
  id: string
  name: string
  prefix: string
  scopes: Scope[]
  last_used_at: string | null
  expires_at: string | null
  revoked_at: string | null
  profiles: { display_name: string } | null
}

/** The workspace's keys, newest first. Throws what the database answered. */
export async function listKeys(supabase: SupabaseClient, workspace: string): Promise<ApiKey[]> {
  const { data } = await supabase
    .from('api_keys')
    .select(
      'id, name, prefix, scopes, last_used_at, expires_at, revoked_at, profiles(display_name)',
    )
    .eq('workspace_id', workspace)
    .order('created_at', { ascending: false })
    .throwOnError()
    .overrideTypes<Row[], { merge: false }>()
  return data.map(({ profiles, ...row }) => ({
    ...{ id: row.id, name: row.name, prefix: row.prefix, scopes: row.scopes },
    madeBy: profiles?.display_name ?? '',
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  }))
}

/** A key that somebody asks for. */
export interface NewKey {
  name: string
  scopes: Scope[]
  /** 0: until it's revoked. */
  days: number
}

/** Makes a key. It's in the answer, and never again anywhere else. */
export async function createKey(
  supabase: SupabaseClient,
  workspace: string,
  { name, scopes, days }: NewKey,
): Promise<{ key: string } | { problem: string }> {
  const expires = days === 0 ? null : new Date(Date.now() + days * 86_400_000).toISOString()
  const { data, error } = await supabase.rpc('create_api_key', {
    ...{ p_workspace: workspace, p_name: name, p_scopes: scopes, p_expires_at: expires },
  })
  return error ? { problem: sentenceFor(error) } : { key: String(data) }
}

/** Ends a key. Answers with what's wrong, or nothing. */
export async function revokeKey(
  supabase: SupabaseClient,
  key: string,
): Promise<string | undefined> {
  const { error } = await supabase.rpc('revoke_api_key', { p_key: key })
  return error ? sentenceFor(error) : undefined
}

/** Whether a key still counts, as of a moment. */
export function stateOf(key: ApiKey, now: number): 'valid' | 'revoked' | 'expired' {
  if (key.revokedAt !== null) return 'revoked'
  return key.expiresAt !== null && Date.parse(key.expiresAt) <= now ? 'expired' : 'valid'
}

/** A line for the terminal that lists the workspace's workflows. */
export const curlExample = (functionsUrl: string, workspace: string): string =>
  `curl -H 'authorization: Bearer <the key>' \\\n  ${functionsUrl}/api/workspaces/${workspace}/workflows`
