/** A page that SvelteKit doesn't render (an error's last resort): shows text, loads and runs nothing. */
const BARE_PAGE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

const YEAR = 365 * 86_400

/** Where pages may connect to: this app, and its Supabase with its live channels. */
export function connectSources(supabaseUrl: string): string {
  const { origin } = new URL(supabaseUrl)
  return `connect-src 'self' ${origin} ${origin.replace(/^http/, 'ws')}`
}

/** The headers that tell browsers what the app's answers may do. The rest of the policy is in vite.config.ts. */
export function secureHeaders(
  headers: Headers,
  { supabaseUrl, isSecure }: { supabaseUrl: string; isSecure: boolean },
): void {
  const policy = headers.get('content-security-policy')
  if (policy !== null) {
    // Here and not with the others: a build is the same wherever it runs, this address isn't.
    headers.set('content-security-policy', `${policy}; ${connectSources(supabaseUrl)}`)
  } else if (headers.get('content-type')?.startsWith('text/html')) {
    headers.set('content-security-policy', BARE_PAGE)
  }
  headers.set('x-content-type-options', 'nosniff')
  headers.set('x-frame-options', 'DENY')
  headers.set('referrer-policy', 'strict-origin-when-cross-origin')
  headers.set('cross-origin-opener-policy', 'same-origin')
  headers.set(
    'permissions-policy',
    'camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()',
  )
  if (isSecure) headers.set('strict-transport-security', `max-age=${YEAR}; includeSubDomains`)
  // Pages show what one person may see: no shared cache may keep them.
  if (!headers.has('cache-control')) headers.set('cache-control', 'private, no-store')
}
