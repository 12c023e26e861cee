import { StepFailure, Uncertain, type Explanation } from '../../../../../src/lib/engine/errors.ts'
import { TooLarge } from './read-body.ts'

/** How far a request had come when it failed. */
export interface Progress {
  host: string
  /** It may have arrived, and have had its effect. */
  mayHaveActed: boolean
  timedOut: boolean
  timeoutMs: number
}

/** What went wrong on the way, for people: a failure, or uncertain when the request may have had its effect. */
export function explained(problem: unknown, progress: Progress): StepFailure | Uncertain {
  if (problem instanceof StepFailure) {
    // Behind a redirect: the first address has had the request already, so that a repeat may do it twice.
    const repeats = progress.mayHaveActed && problem.retryable
    return repeats ? new Uncertain(parts(problem)) : problem
  }
  if (problem instanceof TooLarge) return tooLarge(problem, progress.host)
  const { retryable, ...what } = progress.timedOut
    ? { ...timeout(progress), retryable: true }
    : broken(problem, progress.host)
  if (progress.mayHaveActed) return new Uncertain({ ...what, cause: problem })
  return new StepFailure({ ...what, retryable, cause: problem })
}

const parts = ({ code, title, detail, hint, field, cause }: StepFailure): Explanation => ({
  ...{ code, title, detail, hint, field, cause },
})

function tooLarge(problem: TooLarge, host: string): StepFailure {
  return new StepFailure({
    code: 'http.too_large',
    title: 'The answer is too large',
    detail: `${host} answered with more than ${Math.round(problem.maxBytes / 1024)} kB.`,
    hint: 'Ask for less at once, for example page by page.',
    retryable: false,
    cause: problem,
  })
}

function timeout({ host, timeoutMs }: Progress): Explanation {
  return {
    code: 'http.timeout',
    title: 'The other side took too long',
    detail: `${host} did not answer within ${timeoutMs / 1000} seconds.`,
    hint: 'Try again later, or allow more time under "More options".',
  }
}

/** The codes and sentences of Node's and Deno's network errors are the same where it matters here. */
function broken(problem: unknown, host: string): Explanation & { retryable: boolean } {
  const { code, message } = about(problem)
  if (/CERT|SELF_SIGNED|LEAF_SIGNATURE|ALTNAME|certificate/.test(`${code} ${message}`)) {
    return {
      code: 'http.certificate',
      title: 'The other side could not prove who it is',
      detail: `The certificate of ${host} is not valid for it, so nothing was sent.`,
      hint: 'Check the address. If it is right, its operator has to renew or repair the certificate.',
      retryable: false,
    }
  }
  const retryable = true
  if (code === 'ECONNREFUSED') {
    return {
      code: 'http.refused',
      title: 'The other side refused the connection',
      detail: `Nothing takes requests at ${host}.`,
      hint: 'Check the address and the port. If they are right, the other side may be down; try again later.',
      retryable,
    }
  }
  if (/^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/.test(code)) {
    return {
      code: 'http.unreachable',
      title: 'The other side could not be reached',
      detail: `There is no way to ${host} at the moment.`,
      hint: 'Check the address. If it is right, try again later.',
      retryable,
    }
  }
  if (/^(HPE_|Z_|ERR_|BROTLI)/i.test(code) || /SSL|TLS/.test(`${code} ${message}`)) {
    return {
      code: 'http.unreadable',
      title: 'The answer could not be read',
      detail: `${host} answered in a way that is not understood.`,
      hint: 'Check that the address is that of a web service, and whether it starts with http:// or https://.',
      retryable,
    }
  }
  return {
    code: 'http.connection_lost',
    title: 'The connection broke off',
    detail: `The connection to ${host} ended before the whole answer had come.`,
    hint: 'Try again later. If it keeps happening, ask the other side why it hangs up.',
    retryable,
  }
}

function about(problem: unknown): { code: string; message: string } {
  if (!(problem instanceof Error)) return { code: '', message: String(problem) }
  const code = 'code' in problem ? String(problem.code) : ''
  return { code, message: problem.message }
}
