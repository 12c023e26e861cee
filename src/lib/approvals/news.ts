import type { SupabaseClient } from '@supabase/supabase-js'
import { listen, type LiveState } from '#lib/live/topic.ts'

/** A loop asks for hundreds of approvals within a moment: that's one look, not hundreds. */
const GATHER_MS = 250
/** E-mails go out one after the other, and are less urgent. */
const GATHER_MAILS_MS = 2_000

/**
 * Tells when approvals of a workspace have come, changed or gone; what, is to be fetched. Also tells when news may have
 * been missed: on connecting, and on coming back to the page. Until the answer is called; only in the browser.
 */
export function listenForApprovals(
  supabase: SupabaseClient,
  workspace: string,
  listener: {
    news: () => void
    /** E-mails about approvals were sent, or couldn't be. */
    mails?: () => void
    state?: (state: LiveState) => void
  },
): () => void {
  const news = gathered(GATHER_MS, () => listener.news())
  const mails = gathered(GATHER_MAILS_MS, () => listener.mails?.())
  const seen = () => {
    if (document.visibilityState === 'visible') news.soon()
  }
  document.addEventListener('visibilitychange', seen)
  const stop = listen(supabase, `approvals:${workspace}`, {
    heard: (event) => (event === 'mail' ? mails : news).soon(),
    joined: news.soon,
    state: (state) => listener.state?.(state),
  })
  return () => {
    stop()
    news.stop()
    mails.stop()
    document.removeEventListener('visibilitychange', seen)
  }
}

/** Does something once for all that asks for it within a while. */
function gathered(withinMs: number, act: () => void): { soon: () => void; stop: () => void } {
  let later: ReturnType<typeof setTimeout> | undefined
  return {
    soon: () => {
      later ??= setTimeout(() => {
        later = undefined
        act()
      }, withinMs)
    },
    stop: () => clearTimeout(later),
  }
}
