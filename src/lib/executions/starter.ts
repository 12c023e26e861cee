import type { SupabaseClient } from '@supabase/supabase-js'

/** Who started an execution by hand, or with which key. Names as they are now. */
export interface Starter {
  /** The person, or whoever made the key; '' for somebody who is gone. */
  name: string
  key: string | null
}

/** Who started an execution; null where a trigger did. Throws the database's answer. */
export async function getStarter(
  supabase: SupabaseClient,
  execution: string,
): Promise<Starter | null> {
  const { data, error } = await supabase
    .rpc('execution_starter', { p_execution: execution })
    .maybeSingle<{ name: string | null; key_name: string | null }>()
  if (error) throw error
  if (data === null || data.name === null) return null
  return { name: data.name, key: data.key_name }
}

/** "by Ada", "by the key “Cash desk” (made by Ada)". */
export function starterWords({ name, key }: Starter): string {
  const who = name === '' ? 'somebody who is gone' : name
  return key === null ? `by ${who}` : `by the key “${key}” (made by ${who})`
}
