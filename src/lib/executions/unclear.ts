import type { SupabaseClient } from '@supabase/supabase-js'
import { sentenceFor } from '#lib/access/problems.ts'
import type { Verdict } from '#lib/engine/index.ts'
import type { Data, Step } from './rows.ts'

/** The step waits for somebody to say what became of it. */
export const isUnclear = ({ status, error }: Pick<Step, 'status' | 'error'>): boolean =>
  status === 'waiting' && error?.code === 'step.unclear'

/** Says what became of an unclear step. Nothing when it worked; otherwise why it didn't, as a sentence. */
export async function decideUnclearStep(
  supabase: SupabaseClient,
  { execution_id, node_id, path, attempt }: Step,
  verdict: Verdict,
  output: Data = null,
): Promise<string | undefined> {
  const { error } = await supabase.rpc('decide_unclear_step', {
    ...{ p_execution: execution_id, p_node: node_id, p_path: path, p_attempt: attempt },
    ...{ p_verdict: verdict, p_output: output },
  })
  return error ? sentenceFor(error) : undefined
}
