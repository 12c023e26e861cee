import { createServerClient } from '@supabase/ssr'
import { error, isHttpError, isRedirect, redirect } from '@sveltejs/kit'
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

/** What comes in that can't be read is the sender's mistake, and no fault of ours. */
const readable: Handle = ({ event, resolve }) => {
  const { request } = event
  for (const kind of ['formData', 'json'] as const) {
    const read = request[kind].bind(request)
    const readOrRefuse = () =>
      read().catch((problem: unknown) => {
        // SvelteKit's own say more: too much of it, for one.
        if (problem instanceof Error && 'status' in problem) throw problem
        error(400, 'What was sent can’t be read.')
      })
    Object.defineProperty(request, kind, { value: readOrRefuse })
  }
  return resolve(event)
}

const headers: Handle = async ({ event, resolve }) => {
  const theme = themeOf(event.cookies.get('weft-theme'))
  const respond = () =>
    resolve(event, {
      transformPageChunk: ({ html }) => html.replace('%weft.theme%', theme),
      // The typeface's part that every page needs comes together with its styles.
      preload: ({ type, path }) =>
        type === 'js' || type === 'css' || path.includes('inter-latin-wght-normal'),
    })
  // SvelteKit catches nothing that is thrown at an address that isn't one: a single request would end the process.
  const response = isAddress(event.url.pathname)
    ? await respond().catch((problem: unknown) => plainAnswer(problem, event.url.pathname))
    : plain(400, 'This address can’t be read.')
  secureHeaders(response.headers, {
    supabaseUrl: PUBLIC_SUPABASE_URL,
    isSecure: event.url.protocol === 'https:',
  })
  return response
}

function isAddress(path: string): boolean {
  try {
    // No control characters either: they are in no address of ours, and neither headers nor Postgres take them.
    return !/\p{Cc}/u.test(decodeURI(path))
  } catch {
    // The only thing it throws for: "%" and then no letter of any script.
    return false
  }
}

/** What to say where no page could be made: with the same headers as every other answer. */
function plainAnswer(problem: unknown, path: string): Response {
  if (isRedirect(problem) || isHttpError(problem)) throw problem
  const { message, hint } = logged(problem, path)
  return plain(500, `${message} ${hint}`)
}

const plain = (status: number, text: string): Response =>
  new Response(text, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })

/** Runs on every request of a page or data. */
export const handle = sequence(headers, readable, session, signedInOnly)

/** Problems that nobody foresaw: logged whole, shown short. */
export const handleError: HandleServerError = (input) =>
  input.kind === 'unknown' ? logged(input.error, input.event.url.pathname) : {}

function logged(problem: unknown, path: string): { message: string; hint: string } {
  const id = crypto.randomUUID().slice(0, 8)
  console.error(`problem ${id} at ${path}`, problem)
  return {
    message: 'Something went wrong on our side.',
    hint: `Try again. If it stays, tell your administrator this number: ${id}.`,
  }
}
