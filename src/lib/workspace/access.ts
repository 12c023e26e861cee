import type { SupabaseClient } from '@supabase/supabase-js'
import { listen } from '#lib/live/topic.ts'

/**
 * Tells when the news of a workspace are refused: its person was taken out, or it was deleted. The topic is the one
 * that the navigation listens to on every page, so this costs no channel of its own. Until the answer is called.
 */
export function whenRefused(
  supabase: SupabaseClient,
  workspace: string,
  refused: () => void,
): () => void {
  return listen(supabase, `approvals:${workspace}`, {
    heard: () => undefined,
    joined: () => undefined,
    state: (state) => {
      if (state === 'refused') refused()
    },
  })
}
