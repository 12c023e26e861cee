/** The database can't be reached right now. Whoever meets it may try again; nothing is wrong with what was asked. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable'
  constructor(cause: unknown) {
    super('The database cannot be reached right now.', { cause })
  }
}

/** Node's and Deno's names for a connection that broke or never came to be. */
const BROKEN = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])

/** Postgres says so itself while it stops, starts, or has no connection left. */
const REFUSING = new Set(['57P01', '57P02', '57P03', '57P05', '53300'])

/** node-postgres has no code for these. */
const SENTENCES =
  /connection terminated|client has encountered a connection error|timeout expired|timeout exceeded|query read timeout|client was closed|socket|broken pipe|connection reset/i

/** The code of a database or network error, where there is one. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return String(error.code)
}

/** Whether an error says that the connection is gone, rather than that the statement was wrong. */
export function isOutage(error: unknown): boolean {
  if (error instanceof Unavailable) return true
  const code = codeOf(error)
  if (BROKEN.has(code) || REFUSING.has(code) || code.startsWith('08')) return true
  return !/^[0-9A-Z]{5}$/.test(code) && error instanceof Error && SENTENCES.test(error.message)
}

/** Two transactions met in the wrong order; the same statement again does it. */
export function isCollision(error: unknown): boolean {
  const code = codeOf(error)
  return code === '40P01' || code === '40001'
}

/** A value that no column holds, a rule of a table, a limit of Postgres, or of our own stack: the next try meets it again. */
const REFUSALS = /^(22...|2350[23]|23514|54...)$/

/** Whether an error says that this will never be written, whoever tries. */
export const isRefusal = (error: unknown): boolean =>
  REFUSALS.test(codeOf(error)) || error instanceof RangeError

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds))

/**
 * Does work that may be done twice, again and again while the database is away, for at most so long.
 * `attempt` starts at 1: from 2 on, an earlier attempt may have been committed without our hearing of it.
 */
export async function whileAway<T>(
  patienceMs: number,
  work: (attempt: number) => Promise<T>,
): Promise<T> {
  const until = performance.now() + patienceMs
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt)
    } catch (problem) {
      const again = isCollision(problem) ? attempt < 10 : isOutage(problem)
      if (!again) throw problem
      if (performance.now() >= until) {
        throw problem instanceof Unavailable ? problem : new Unavailable(problem)
      }
      await pause(Math.min(500, 25 * 2 ** Math.min(attempt, 5)))
    }
  }
}
