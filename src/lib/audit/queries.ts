import type { SupabaseClient } from '@supabase/supabase-js'
import { idFloor, startOfDay } from './days.ts'
import { entryColumns, kinds, type AuditEntry, type AuditPerson } from './entries.ts'
import type { AuditFilter } from './filter.ts'

/** Where one looks: a workspace and its time zone. */
export interface AuditPlace {
  workspace: string
  timeZone: string
}

/** The entries that fit, newest first, from behind one of them on. Row-level security answers owners and admins only. */
export async function listEntries(
  supabase: SupabaseClient,
  { workspace, timeZone }: AuditPlace,
  filter: AuditFilter,
  { before, limit }: { before?: string | undefined; limit: number },
): Promise<AuditEntry[]> {
  let query = supabase.from('audit_entries').select(entryColumns).eq('workspace_id', workspace)
  if (filter.person) query = query.eq('actor_id', filter.person)
  if (filter.kind)
    query = query.or(kinds[filter.kind].map((start) => `action.like.${start}*`).join(','))
  if (filter.from) query = query.gte('id', idFloor(startOfDay(filter.from, timeZone)))
  if (filter.to) query = query.lt('id', idFloor(startOfDay(filter.to, timeZone, 1)))
  if (before) query = query.lt('id', before)
  const { data, error } = await query.order('id', { ascending: false }).limit(limit)
  if (error) throw error
  return data as AuditEntry[] // the columns asked for
}

/** Everybody whom the log names, by name. */
export async function listPeople(
  supabase: SupabaseClient,
  workspace: string,
): Promise<AuditPerson[]> {
  const { data, error } = await supabase.rpc('audit_people', { p_workspace: workspace })
  if (error) throw error
  // The function's own columns.
  return (data as { actor_id: string; actor_name: string }[])
    .map(({ actor_id, actor_name }) => ({ id: actor_id, name: actor_name }))
    .sort((one, other) => one.name.localeCompare(other.name))
}
