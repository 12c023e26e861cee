import type { SupabaseClient } from '@supabase/supabase-js'
import { listen, type LiveState } from '#lib/live/topic.ts'

/** A loop asks for hundreds of approvals within a moment: that's one look, not hundreds. */
const GATHER_MS = 250

/**
 * Tells when approvals of a workspace have come, changed or gone; what, is to be fetched. Also tells when news may have
 * been missed: on connecting, and on coming back to the page. Until the answer is called; only in the browser.
 */
export function listenForApprovals(
  supabase: SupabaseClient,
  workspace: string,
  listener: { news: () => void; state?: (state: LiveState) => void },
): () => void {
  let later: ReturnType<typeof setTimeout> | undefined
  const soon = () => {
    later ??= setTimeout(() => {
      later = undefined
      listener.news()
    }, GATHER_MS)
  }
  const seen = () => {
    if (document.visibilityState === 'visible') soon()
  }
  document.addEventListener('visibilitychange', seen)
  const stop = listen(supabase, `approvals:${workspace}`, {
    heard: soon,
    joined: soon,
    state: (state) => listener.state?.(state),
  })
  return () => {
    stop()
    clearTimeout(later)
    document.removeEventListener('visibilitychange', seen)
  }
}
