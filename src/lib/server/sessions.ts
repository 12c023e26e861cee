import { appDatabase } from './database.ts'

/** Somebody's session, as a request carries it. */
export interface SeenSession {
  user: string
  session: string
  /** The workspace that is asked for, if any. */
  workspace: string | null
  agent: string
  address: string
}

/** So long a session that was open counts as open: ending one elsewhere takes at most this to be noticed. */
const TRUSTED_MS = 5_000
const MOST_KNOWN = 10_000

const openUntil = new Map<string, number>()

/**
 * Whether a session is still open. An access token alone doesn't say: it outlives the sign-out by up to an hour. The first
 * time that a session is seen, and that it enters a workspace, is remembered by the database.
 */
export async function isOpen(seen: SeenSession, now = Date.now()): Promise<boolean> {
  const key = `${seen.session}:${seen.workspace ?? ''}`
  if ((openUntil.get(key) ?? 0) > now) return true
  const { rows } = await appDatabase().query<{ open: boolean }>(
    'select private.see_session($1, $2, $3, $4, $5) as open',
    [seen.user, seen.session, seen.workspace, seen.agent, seen.address],
  )
  const open = rows[0]?.open === true
  if (openUntil.size >= MOST_KNOWN) openUntil.clear()
  if (open) openUntil.set(key, now + TRUSTED_MS)
  else openUntil.delete(key)
  return open
}

/** After sessions were ended here: each is asked for anew. */
export function forgetSessions(): void {
  openUntil.clear()
}
