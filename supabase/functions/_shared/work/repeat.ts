import { isOutage } from '../database/outage.ts'
import type { Round } from './rounds.ts'

const pause = (milliseconds: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    signal.addEventListener('abort', done, { once: true })
  })

/**
 * Does rounds until stopped: at once again while there's work, later and later (up to `idleMs`) while there's none, but
 * never later than the next thing that is known to come. A round that fails is told and tried again.
 */
export async function repeat(
  name: string,
  idleMs: number,
  signal: AbortSignal,
  round: () => Promise<Round>,
): Promise<void> {
  let idle = 50
  while (!signal.aborted) {
    try {
      const { found, nextInMs } = await round()
      idle = found > 0 ? 50 : Math.min(idleMs, idle * 2)
      await pause(found > 0 ? 0 : Math.max(5, Math.min(idle, nextInMs)), signal)
    } catch (problem) {
      // While the database is away, everybody knows; anything else is worth reading about.
      if (!isOutage(problem)) console.error(`weft: ${name} failed and is tried again`, problem)
      await pause(500, signal)
    }
  }
}
