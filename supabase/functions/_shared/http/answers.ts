/** A refusal in words: a stable code, what happened, and what to do. */
export interface Refusal {
  status: number
  code: string
  title: string
  detail: string
  hint: string
  headers?: Record<string, string>
}

/** Thrown anywhere below a handler, answered at its top. */
export class Refused extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.detail)
    this.refusal = refusal
  }
}

const JSON_HEADERS = { 'content-type': 'application/json' }

/** An answer that carries data. */
export function answer(status: number, body: unknown, headers?: Record<string, string>): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: headers === undefined ? JSON_HEADERS : { ...JSON_HEADERS, ...headers },
  })
}

/** An answer that says no, and why. */
export function refuse({ status, headers, ...said }: Refusal): Response {
  return answer(status, said, headers)
}

/** The database is away. Whoever asked may come again in a moment. */
export const UNAVAILABLE: Refusal = {
  status: 503,
  code: 'service.unavailable',
  title: 'Not available at the moment',
  detail: 'The database cannot be reached right now, so this could not be confirmed.',
  hint: 'Send the same request again in a few seconds.',
  headers: { 'retry-after': '2' },
}

/** Ours to mend. The log has the whole story. */
export const FAULT: Refusal = {
  status: 500,
  code: 'service.fault',
  title: 'Something went wrong on our side',
  detail: 'The request could not be handled.',
  hint: 'Try again. If it happens again, tell the people who run this installation when it happened.',
}
