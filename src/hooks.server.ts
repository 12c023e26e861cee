import { createServerClient } from '@supabase/ssr'
import { redirect } from '@sveltejs/kit'
import { sequence, type Handle, type HandleServerError } from '@sveltejs/kit/hooks'
import { PUBLIC_SUPABASE_ANON_KEY, PUBLIC_SUPABASE_URL } from '$app/env/public'
import { signInPath } from '#lib/account/next.ts'
import { secureHeaders } from '#lib/server/headers.ts'
import { isOpen } from '#lib/server/sessions.ts'
import { themeOf } from '#lib/ui/theme.ts'

/** Gives every request a Supabase client that acts as its person, and a verified way to ask who that is. */
const session: Handle = async ({ event, resolve }) => {
  event.locals.supabase = createServerClient(PUBLIC_SUPABASE_URL, PUBLIC_SUPABASE_ANON_KEY, {
    cookies: {
      getAll: () => event.cookies.getAll(),
      setAll: (cookies) => {
        for (const { name, value, options } of cookies) {
          // Said outright: SvelteKit's default would lose the session where the app is reached without TLS.
          const secure = event.url.protocol === 'https:'
          event.cookies.set(name, value, { ...options, path: '/', secure })
        }
      },
    },
  })

  let asked: ReturnType<App.Locals['getUser']> | undefined
  // getClaims checks the token's signature (or asks the auth server); what a cookie says alone is never believed.
  event.locals.getUser = () =>
    (asked ??= event.locals.supabase.auth.getClaims().then(({ data }) => {
      const claims = data?.claims
      if (!claims) return null
      return { id: claims.sub, email: String(claims.email ?? ''), session: claims.session_id }
    }))

  return resolve(event, {
    // PostgREST's count of rows; supabase-js reads it.
    filterSerializedResponseHeaders: (name) => name === 'content-range',
  })
}

/**
 * Pages under these routes are for people who signed in; others are sent to sign in and then back. So are those whose
 * session was ended from elsewhere.
 */
const signedInOnly: Handle = async ({ event, resolve }) => {
  const path = event.url.pathname
  if (!/^\/(w|workspaces|account)(\/|$)/.test(path)) return resolve(event)
  const user = await event.locals.getUser()
  if (user) {
    const seen = {
      user: user.id,
      session: user.session,
      workspace:
        /^\/w\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(\/|$)/.exec(path)?.[1] ?? null,
      agent: event.request.headers.get('user-agent') ?? '',
      address: event.getClientAddress(),
    }
    if (await isOpen(seen)) return resolve(event)
    // What's left of it in the browser goes; the auth server has nothing to end any more.
    await event.locals.supabase.auth.signOut({ scope: 'local' })
  }
  redirect(303, signInPath(path + event.url.search))
}

const headers: Handle = async ({ event, resolve }) => {
  const theme = themeOf(event.cookies.get('weft-theme'))
  const response = await resolve(event, {
    transformPageChunk: ({ html }) => html.replace('%weft.theme%', theme),
    // The typeface's part that every page needs comes together with its styles.
    preload: ({ type, path }) =>
      type === 'js' || type === 'css' || path.includes('inter-latin-wght-normal'),
  })
  secureHeaders(response.headers, {
    supabaseUrl: PUBLIC_SUPABASE_URL,
    isSecure: event.url.protocol === 'https:',
  })
  return response
}

/** Runs on every request of a page or data. */
export const handle = sequence(headers, session, signedInOnly)

/** Problems that nobody foresaw: logged whole, shown short. */
export const handleError: HandleServerError = (input) => {
  if (input.kind !== 'unknown') return {}
  const id = crypto.randomUUID().slice(0, 8)
  console.error(`problem ${id} at ${input.event.url.pathname}`, input.error)
  return {
    message: 'Something went wrong on our side.',
    hint: `Try again. If it stays, tell your administrator this number: ${id}.`,
  }
}
