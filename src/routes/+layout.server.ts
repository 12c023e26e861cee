import { zoneCookie, zoneOf } from '#lib/ui/zone.ts'
import type { LayoutServerLoad } from './$types'

/** Hands the auth cookies on, so that +layout.ts can make a client on the server too, and the viewer's time zone. */
export const load: LayoutServerLoad = ({ cookies, depends }) => {
  depends('supabase:auth')
  return {
    authCookies: cookies.getAll().filter(({ name }) => name.startsWith('sb-')),
    zone: zoneOf(cookies.get(zoneCookie)),
  }
}
