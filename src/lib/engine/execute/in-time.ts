import type { Clock } from '../services.ts'
import { problems } from './problems.ts'

/** A step was called off while it was under way: nobody waits for its outcome any more. */
export class CalledOff extends Error {
  override readonly name = 'CalledOff'
}

/** Waits for work, but no longer than allowed, and not when it's called off. Past its time, the work's signal is aborted. */
export async function inTime<T>(
  clock: Clock,
  limitMs: number,
  control: AbortController,
  work: () => Promise<T>,
): Promise<T> {
  const done = new AbortController()
  const patience = clock
    .sleep(limitMs, AbortSignal.any([control.signal, done.signal]))
    .then((): never => {
      // Work that is done is called off no more: the same step may be tried again with the same signal.
      if (control.signal.aborted || done.signal.aborted) throw new CalledOff()
      control.abort()
      throw problems.tookTooLong(limitMs)
    })
  // Once the work is done, nobody listens to what the patience comes to.
  patience.catch(() => undefined)
  try {
    return await Promise.race([work(), patience])
  } finally {
    // Without a reason, the signal would make an error with a stack that nobody reads.
    done.abort(null)
  }
}
