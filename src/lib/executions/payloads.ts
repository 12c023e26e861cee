import type { SupabaseClient } from '@supabase/supabase-js'
import type { Data } from './rows.ts'

/** The key in what stands for a large value in its row; null for a value that is itself. */
export function payloadKey(value: Data): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const key = value['weft:payload']
  return typeof key === 'string' && typeof value['size'] === 'number' ? key : null
}

/** Values of one execution as they are: those that are stored beside their rows are fetched. Throws the database's answer. */
export async function wholeValues(
  supabase: SupabaseClient,
  execution: string,
  values: readonly Data[],
): Promise<Data[]> {
  const keys = [...new Set(values.flatMap((value) => payloadKey(value) ?? []))]
  if (keys.length === 0) return [...values]
  const { data } = await supabase
    .from('execution_payloads')
    .select('key, value')
    .eq('execution_id', execution)
    .in('key', keys)
    .throwOnError()
    .overrideTypes<{ key: string; value: Data }[], { merge: false }>()
  const found = new Map(data.map(({ key, value }) => [key, value]))
  return values.map((value) => {
    const key = payloadKey(value)
    const whole = key === null ? undefined : found.get(key)
    return whole === undefined ? value : whole
  })
}
