import type { HandleClientError } from '@sveltejs/kit/hooks'
import { config } from 'zod'
import { forgetUnsaved } from '#lib/builder/session/unsaved.ts'

// The pages' policy allows no code made from text; zod would try it, to be faster.
config({ jitless: true })

/** Problems in the browser that nobody foresaw: logged whole, shown short. */
export const handleError: HandleClientError = (input) => {
  if (input.kind !== 'unknown') return {}
  console.error(input.error)
  return {
    message: 'This page could not be shown.',
    hint: 'Load it again. If that does not help, check your connection and try later.',
  }
}

// Whoever signs out leaves nothing of their drafts in this browser. All ways out are forms to one address.
addEventListener('submit', ({ target }) => {
  if (target instanceof HTMLFormElement && new URL(target.action).pathname === '/sign-out') {
    forgetUnsaved()
  }
})
