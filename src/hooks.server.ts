import { createServerClient } from '@supabase/ssr'
import { redirect } from '@sveltejs/kit'
import { sequence, type Handle, type HandleServerError } from '@sveltejs/kit/hooks'
import { PUBLIC_SUPABASE_ANON_KEY, PUBLIC_SUPABASE_URL } from '$app/env/public'
import { signInPath } from '#lib/account/next.ts'
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
      return claims ? { id: claims.sub, email: String(claims.email ?? '') } : null
    }))

  return resolve(event, {
    // PostgREST's count of rows; supabase-js reads it.
    filterSerializedResponseHeaders: (name) => name === 'content-range',
  })
}

/** Pages under these routes are for people who signed in; others are sent to sign in and then back. */
const signedInOnly: Handle = async ({ event, resolve }) => {
  const inside = /^\/(w|workspaces)(\/|$)/.test(event.url.pathname)
  if (inside && !(await event.locals.getUser())) {
    redirect(303, signInPath(event.url.pathname + event.url.search))
  }
  return resolve(event)
}

const headers: Handle = async ({ event, resolve }) => {
  const theme = themeOf(event.cookies.get('weft-theme'))
  const response = await resolve(event, {
    transformPageChunk: ({ html }) => html.replace('%weft.theme%', theme),
  })
  response.headers.set('x-content-type-options', 'nosniff')
  response.headers.set('x-frame-options', 'DENY')
  response.headers.set('referrer-policy', 'strict-origin-when-cross-origin')
  // Pages show what one person may see: no shared cache may keep them.
  if (!response.headers.has('cache-control')) {
    response.headers.set('cache-control', 'private, no-store')
  }
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
