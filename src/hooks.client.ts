import type { HandleClientError } from '@sveltejs/kit/hooks'

/** Problems in the browser that nobody foresaw: logged whole, shown short. */
export const handleError: HandleClientError = (input) => {
  if (input.kind !== 'unknown') return {}
  console.error(input.error)
  return {
    message: 'This page could not be shown.',
    hint: 'Load it again. If that does not help, check your connection and try later.',
  }
}
