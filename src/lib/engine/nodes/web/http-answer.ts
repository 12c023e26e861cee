import type { Data } from '../../data.ts'
import { StepFailure } from '../../errors.ts'
import type { HttpResponse } from '../../services.ts'

/** "Not now" rather than "no": too early, too often, or something broken over there. */
const isTemporary = (status: number): boolean =>
  status === 408 || status === 425 || status === 429 || status >= 500

/** How long the other side asks to be left alone. The date form is read against its own clock, as ours may differ. */
function retryAfterMs(headers: Record<string, string>): number | undefined {
  const wanted = headers['retry-after']?.trim()
  if (wanted === undefined || wanted === '') return undefined
  if (/^\d+$/.test(wanted)) return Number(wanted) * 1000
  const [until, now] = [Date.parse(wanted), Date.parse(headers['date'] ?? '')]
  return Number.isNaN(until) || Number.isNaN(now) ? undefined : Math.max(0, until - now)
}

const HINTS: Record<number, string> = {
  400: 'Check what is sent: the other side could not read it.',
  401: 'Check the token, or the user name and password.',
  403: 'The other side knows who asks, but does not allow this.',
  404: 'Check the address: there is nothing there.',
  429: 'The other side got too many requests. Try again later, or less often.',
}

/** An answer outside 200–299 as a failure, with what the other side said. */
export function failureOf(response: HttpResponse): StepFailure | null {
  const { status, headers, body, encoding } = response
  if (status >= 200 && status < 300) return null
  const said = encoding === 'text' ? body.trim().slice(0, 500) : ''
  return new StepFailure({
    code: `http.status_${status}`,
    title: 'The other side answered with an error',
    detail: `It answered with status ${status}${said === '' ? '.' : `: ${said}`}`,
    hint:
      HINTS[status] ??
      (status >= 500
        ? 'Something is wrong over there. Try again later.'
        : 'Check the address and what is sent.'),
    retryable: isTemporary(status),
    retryAfterMs: retryAfterMs(headers),
  })
}

/** The answer as data where it says that it is; otherwise its text. */
export function parsedBody({ headers, body }: HttpResponse): Data {
  const type = (headers['content-type'] ?? '').toLowerCase()
  if (!/\bjson\b|\+json/.test(type)) return body
  try {
    return JSON.parse(body) as Data // JSON text holds nothing but data
  } catch (problem) {
    // It says so, but isn't: the text itself is more use than a failure.
    if (problem instanceof SyntaxError) return body
    throw problem
  }
}
