/**
 * What the builder and the sync server say to each other beyond y-websocket's own messages. Both sides read this file.
 */

/** The message number of Weft's own messages; y-websocket uses 0 to 3. Each is one JSON text. */
export const WEFT_MESSAGE = 100

/** A browser asks: tell me when everything I sent before this is kept. */
export interface Marker {
  kind: 'marker'
  number: number
}

/** The server answers a marker, or tells what the person may do. */
export type ServerWord = { kind: 'kept'; number: number } | { kind: 'access'; canEdit: boolean }

/**
 * Why the server closed a connection. 44xx is final (y-websocket doesn't try again), 45xx passes.
 */
export const CLOSE = {
  malformed: 4400,
  signedOut: 4401,
  noAccess: 4403,
  tooLarge: 4413,
  tooMuch: 4429,
  sessionExpired: 4501,
  closing: 4503,
} as const

/** What to tell a person about a closed connection; nothing when it passes by itself. */
export function closeReason(code: number): string | null {
  switch (code) {
    case CLOSE.signedOut:
      return 'You are signed out. Sign in again to go on editing.'
    case CLOSE.noAccess:
      return 'You have no access to this workflow any more, or it was deleted. Ask an owner of the workspace.'
    case CLOSE.tooLarge:
      return 'This workflow has become too large to keep. Split it into several workflows.'
    case CLOSE.tooMuch:
      return 'Too many changes arrived at once. Reload the page to go on.'
    case CLOSE.malformed:
      return 'The server could not understand this page. Reload it to go on.'
    default:
      return null
  }
}
