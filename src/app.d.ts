import type { SupabaseClient } from '@supabase/supabase-js'

/** The signed-in person, as verified by the auth server. */
interface SignedIn {
  id: string
  email: string
  /** Which of their sessions this is. */
  session: string
}

declare global {
  namespace App {
    interface Locals {
      /** Acts as the request's person; row-level security applies. */
      supabase: SupabaseClient
      /** Who is asking, verified; asked once per request. */
      getUser: () => Promise<SignedIn | null>
    }
    interface Error {
      /** What to do about it, in a sentence. */
      hint?: string
    }
  }
}

export {}
