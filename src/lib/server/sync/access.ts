import type { IncomingMessage } from 'node:http'
import type pg from 'pg'
import { combineChunks, parseCookieHeader, stringFromBase64URL } from '@supabase/ssr'
import { z } from 'zod'
import { may, type Role } from '#lib/access/roles.ts'

/** A signed-in person, as the auth server vouches for them. */
export interface Person {
  id: string
  name: string
  /** When the token ends, in ms since 1970. */
  until: number
}

/** What a person may do with a draft. */
export interface Access {
  workspace: string
  canEdit: boolean
}

const session = z.object({ access_token: z.string().min(1) })
const account = z.object({ id: z.uuid() })
const claims = z.object({ exp: z.number() })

/** The access token that a request carries: `?token=`, or the session cookie of the same site. Null when there's none. */
export async function tokenOf(request: IncomingMessage, url: URL): Promise<string | null> {
  const given = url.searchParams.get('token')
  if (given) return given
  const cookies = parseCookieHeader(request.headers.cookie ?? '')
  const name = cookies
    .map((cookie) => /^(sb-.+-auth-token)(\.\d+)?$/.exec(cookie.name)?.[1])
    .find((match) => match !== undefined)
  if (name === undefined) return null
  const value = await combineChunks(
    name,
    (chunk) => cookies.find((cookie) => cookie.name === chunk)?.value ?? null,
  )
  return value === null ? null : tokenInCookie(value)
}

function tokenInCookie(value: string): string | null {
  try {
    const text = value.startsWith('base64-') ? stringFromBase64URL(value.slice(7)) : value
    return session.safeParse(JSON.parse(text)).data?.access_token ?? null
  } catch {
    // A cookie that was cut short or made up is the same as none.
    return null
  }
}

/** Asks the auth server whose token it is; null when it's nobody's (any more). Throws when it can't be asked. */
export async function personOf(
  token: string,
  auth: { supabaseUrl: string; anonKey: string },
  db: pg.Pool,
): Promise<Person | null> {
  const answer = await fetch(`${auth.supabaseUrl}/auth/v1/user`, {
    headers: { apikey: auth.anonKey, authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(10_000),
  })
  if (answer.status >= 500) throw new Error(`The auth server answered ${answer.status}.`)
  if (!answer.ok) return null
  const user = account.safeParse(await answer.json())
  if (!user.success) return null
  const { rows } = await db.query<{ display_name: string }>(
    'select display_name from public.profiles where user_id = $1',
    [user.data.id],
  )
  return { id: user.data.id, name: rows[0]?.display_name ?? 'Someone', until: expiryOf(token) }
}

/** The auth server has vouched for the token, so its own word on when it ends can be read. */
function expiryOf(token: string): number {
  const payload = token.split('.')[1] ?? ''
  const parsed = claims.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')))
  return parsed.success ? parsed.data.exp * 1000 : Date.now() + 3_600_000
}

/** What people may do with drafts, one answer per question in the same order; null is: nothing, or it's kept from them. */
export async function accessOf(
  db: pg.Pool,
  questions: readonly { person: string; workflow: string }[],
): Promise<(Access | null)[]> {
  const { rows } = await db.query<{ workspace: string | null; role: Role | null }>(
    'select workspace, role from private.access_to_workflows($1::uuid[], $2::uuid[])',
    [questions.map(({ person }) => person), questions.map(({ workflow }) => workflow)],
  )
  return rows.map(({ workspace, role }) =>
    workspace === null || role === null ? null : { workspace, canEdit: may(role, 'edit') },
  )
}
