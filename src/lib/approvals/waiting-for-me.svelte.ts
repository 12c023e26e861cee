import type { SupabaseClient } from '@supabase/supabase-js'
import { listenForApprovals } from './news.ts'
import { countMyApprovals } from './queries.ts'

/** How many approvals of a workspace wait for the signed-in person: the number in the navigation, kept up to date. */
export class WaitingForMe {
  count = $state(0)
  readonly #supabase: SupabaseClient
  readonly #workspace: string
  #asked = 0

  constructor(supabase: SupabaseClient, workspace: string, count: number) {
    this.#supabase = supabase
    this.#workspace = workspace
    this.count = count
  }

  /** Begins to listen; the answer ends it. */
  start(): () => void {
    return listenForApprovals(this.#supabase, this.#workspace, { news: () => void this.refetch() })
  }

  /** Counts once more. When that fails, the number stays what it was. */
  async refetch(): Promise<void> {
    const asked = ++this.#asked
    const count = await countMyApprovals(this.#supabase, this.#workspace)
    // Of two answers under way at once, the later question's counts.
    if (count !== undefined && asked === this.#asked) this.count = count
  }
}
