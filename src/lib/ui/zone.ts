import { getContext, setContext } from 'svelte'

const place = Symbol('zone')

/** Tells all Times below in which zone the server is to write them. To be called by the root layout. */
export function provideZone(zone: () => string | undefined): void {
  setContext(place, zone)
}

/** The viewer's zone on the server, so that no time changes when the page comes alive; in the browser its own holds. */
export function viewersZone(): string | undefined {
  if (typeof window !== 'undefined') return undefined
  return getContext<(() => string | undefined) | undefined>(place)?.()
}

/** The cookie that tells the server in which time zone its visitor reads times. */
export const zoneCookie = 'weft-zone'

/** A time zone that dates can be written in, from a cookie; undefined for anything else. */
export function zoneOf(text: string | undefined): string | undefined {
  if (text === undefined || !/^[\w+\-/]{1,64}$/.test(text)) return undefined
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: text }).resolvedOptions().timeZone
  } catch {
    // Whoever wrote the cookie named a zone that isn't there: times are then the server's until the page is alive.
    return undefined
  }
}

/** Tells the server the zone of this browser, for the next page. Only in the browser. */
export function rememberZone(known: string | undefined): void {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  if (timeZone === known) return
  document.cookie = `${zoneCookie}=${timeZone}; path=/; max-age=31536000; samesite=lax`
}
