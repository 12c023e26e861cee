import { withoutBodyHeaders, withoutCredentials } from './headers.ts'

/** A request on its way through redirects. */
export interface Hop {
  url: string
  method: string
  headers: Record<string, string>
  /** What a connection adds, whatever its headers are called: for the first origin alone. */
  credentials: Record<string, string>
  body: string | undefined
}

const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** Whether an answer says that the real one is elsewhere. */
export const isRedirect = (status: number, headers: Record<string, string>): boolean =>
  REDIRECTS.has(status) && headers['location'] !== undefined

/** Where a redirect leads and with what, by the rules that browsers follow; null when the answer is the last one. */
export function nextHop(
  hop: Hop,
  from: URL,
  { status, headers }: { status: number; headers: Record<string, string> },
): Hop | null {
  const location = headers['location']
  if (!isRedirect(status, headers) || location === undefined || !URL.canParse(location, from)) {
    return null
  }
  const to = new URL(location, from)
  // Another port or protocol is somebody else, too.
  const isSame = to.origin === from.origin
  const kept = {
    ...hop,
    url: to.href,
    headers: isSame ? hop.headers : withoutCredentials(hop.headers),
    credentials: isSame ? hop.credentials : {},
  }
  const becomesReading =
    status === 303 ? hop.method !== 'HEAD' : status <= 302 && hop.method === 'POST'
  if (!becomesReading) return kept
  return { ...kept, method: 'GET', body: undefined, headers: withoutBodyHeaders(kept.headers) }
}
