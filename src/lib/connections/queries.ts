import { FunctionsHttpError, type SupabaseClient } from '@supabase/supabase-js'
import type { Connection, Trial } from './rows.ts'
import { texts } from './texts.ts'

const columns =
  'id, name, kind, settings, allowed_hosts, used_by, status, report, tested_at, created_by, last_used_at'

/** The workspace's connections by name; none for those who don't build workflows. Throws the database's answer. */
export async function listConnections(
  supabase: SupabaseClient,
  workspace: string,
): Promise<Connection[]> {
  const { data } = await supabase
    .from('connections')
    .select(columns)
    .eq('workspace_id', workspace)
    .order('name')
    .throwOnError()
    .overrideTypes<Connection[], { merge: false }>()
  return data
}

/** Something that was asked for: what came of it, or why it didn't work, as a sentence. */
export type Outcome<Value> = { value: Value; problem?: never } | { problem: string }

export type Fields = Record<string, string>

/** What a new connection is made of. */
export interface NewConnection {
  workspace: string
  kind: string
  name: string
  used_by: string
  fields: Fields
}

/** Keeps a new connection. */
export const create = (supabase: SupabaseClient, wish: NewConnection) =>
  ask<{ connection: string }>(supabase, '', wish)

/** Puts new fields in the place of all old ones. */
export const rotate = (supabase: SupabaseClient, id: string, fields: Fields) =>
  ask<{ connection: string }>(supabase, `/${id}/rotate`, { fields })

/** Changes a connection's name, who may use it, and takes hosts away. */
export const share = (
  supabase: SupabaseClient,
  id: string,
  wish: { name: string; used_by: string; allowed_hosts: string[] },
) => ask<{ connection: string }>(supabase, `/${id}/share`, wish)

/** Makes a real call with it. */
export const test = (supabase: SupabaseClient, id: string) =>
  ask<Trial>(supabase, `/${id}/test`, {})

/** Deletes its secrets. */
export const revoke = (supabase: SupabaseClient, id: string) =>
  ask<{ revoked: boolean }>(supabase, `/${id}/revoke`, {})

/** The address at the service where the person signs in. */
export const signIn = (supabase: SupabaseClient, id: string, origin: string) =>
  ask<{ address: string }>(supabase, `/${id}/sign-in`, {
    return_to: `${origin}/connections/callback`,
  })

/** The person is back from the service. */
export const finishSignIn = (supabase: SupabaseClient, state: string, code: string) =>
  ask<{ connection: string; workspace: string }>(supabase, '/return', { state, code })

async function ask<Value>(
  supabase: SupabaseClient,
  path: string,
  body: Record<string, unknown> | NewConnection,
): Promise<Outcome<Value>> {
  const { data, error } = await supabase.functions.invoke<Value>(`api/connections${path}`, {
    body: { ...body },
  })
  if (error === null && data !== null) return { value: data }
  return { problem: await sentenceOf(error) }
}

async function sentenceOf(problem: unknown): Promise<string> {
  if (!(problem instanceof FunctionsHttpError)) return texts.problem
  const response = problem.context as Response // of an answer that says no
  const said = (await response.json().catch(() => ({}))) as { detail?: unknown; hint?: unknown } // our api's refusals
  return typeof said.detail === 'string' && typeof said.hint === 'string'
    ? `${said.detail} ${said.hint}`
    : texts.problem
}
