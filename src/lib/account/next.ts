/**
 * Where to go after signing in: a path of this app only. Anything that could lead elsewhere (another host, "//host",
 * a backslash that browsers read as a slash, control characters) counts as nowhere.
 */
export function safeNext(wanted: string | null | undefined, otherwise = '/'): string {
  if (!wanted?.startsWith('/') || /^\/[/\\]|[\\\p{Cc}]/u.test(wanted)) return otherwise
  const here = 'http://here.invalid'
  const url = URL.parse(wanted, here)
  return url?.origin === here ? url.pathname + url.search + url.hash : otherwise
}

/** The sign-in page, leading back to where somebody wanted to go. */
export function signInPath(next: string): string {
  return next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`
}
