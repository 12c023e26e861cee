import { createBrowserClient, createServerClient, isBrowser } from '@supabase/ssr'
import { PUBLIC_SUPABASE_ANON_KEY, PUBLIC_SUPABASE_URL } from '$app/env/public'
import type { LayoutLoad } from './$types'

/** The Supabase client of every page: in the browser one for all, on the server one for each request. */
export const load: LayoutLoad = async ({ data, depends, fetch }) => {
  depends('supabase:auth')
  const supabase = isBrowser()
    ? createBrowserClient(PUBLIC_SUPABASE_URL, PUBLIC_SUPABASE_ANON_KEY)
    : createServerClient(PUBLIC_SUPABASE_URL, PUBLIC_SUPABASE_ANON_KEY, {
        global: { fetch },
        cookies: { getAll: () => data.authCookies, setAll: () => undefined },
      })
  // For its tokens and their age only; who somebody is comes verified from the server (`data.user`).
  const {
    data: { session },
  } = await supabase.auth.getSession()
  return { supabase, session, zone: data.zone }
}
