/** A page that is busy all the time does what can wait after so long. */
const LATEST_MS = 1_000

/** Does something as soon as the browser has nothing more urgent, such as drawing; the answer calls it off. */
export function whenIdle(work: () => void): () => void {
  // Safari has no word for it: there it's done a little later.
  if (typeof requestIdleCallback === 'undefined') {
    const timer = setTimeout(work, 50)
    return () => clearTimeout(timer)
  }
  const request = requestIdleCallback(work, { timeout: LATEST_MS })
  return () => cancelIdleCallback(request)
}
