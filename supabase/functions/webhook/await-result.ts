import type { Data } from '../../../src/lib/engine/data.ts'
import type { WebhookResponse } from '../../../src/lib/engine/services.ts'
import { answer } from '../_shared/http/answers.ts'
import type { Started } from '../_shared/runtime.ts'

/** Nobody is kept waiting for longer than proxies allow; the execution goes on all the same. */
const PATIENCE_MS = 25_000

/** Headers that a workflow may not set: they belong to the connection. */
const OURS = new Set([
  ...['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade', 'date'],
  ...['set-cookie', 'content-security-policy', 'x-content-type-options'],
])

/** Answers with what the workflow makes of a request: its own response as soon as there is one, or how it ended. */
export async function awaitResult(
  start: (onResponse: (response: WebhookResponse) => void) => Promise<Started>,
): Promise<Response | 'not_live'> {
  const responded = Promise.withResolvers<WebhookResponse>()
  const { id, accepted, outcome } = await start(responded.resolve)
  if (accepted === 'not_live') return 'not_live'
  if (accepted === 'queued' || accepted === 'skipped' || accepted === 'duplicate')
    return answer(202, { execution: id, status: accepted })
  const own = responded.promise.then((response) => ({ status: 'responded', response }) as const)
  const ended = await withPatience(Promise.race([own, ...(outcome === undefined ? [] : [outcome])]))
  if (ended?.status === 'responded') return responseOf(ended.response)
  // It waits for something, is being taken over, or takes its time.
  if (ended === null || ended.status === 'waiting' || ended.status === 'lost') {
    const status = ended?.status === 'waiting' ? 'waiting' : 'running'
    return answer(202, { execution: id, status })
  }
  const { status, output } = ended
  if (status === 'succeeded') return answer(200, { execution: id, status, output })
  const { code, title, detail, hint } = ended.error ?? STOPPED
  return answer(500, { execution: id, status, error: { code, title, detail, hint } })
}

const STOPPED = {
  code: 'execution.stopped',
  title: 'The workflow was stopped',
  detail: 'It was cancelled or ran out of time before it could answer.',
  hint: 'Look at the execution to see why.',
}

async function withPatience<T>(work: Promise<T>): Promise<T | null> {
  let late: ReturnType<typeof setTimeout> | undefined
  const patience = new Promise<null>((done) => (late = setTimeout(done, PATIENCE_MS, null)))
  try {
    return await Promise.race([work, patience])
  } finally {
    clearTimeout(late)
  }
}

function responseOf({ status, headers, body }: WebhookResponse): Response {
  const kept = Object.entries(headers).filter(
    ([name, value]) => !OURS.has(name) && isHeader(name, value),
  )
  const response = new Response(bodyOf(status, body), { status, headers: kept })
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json'
  if (body !== null && !kept.some(([name]) => name === 'content-type'))
    response.headers.set('content-type', type)
  // A page that a workflow makes may be shown, but not act in the name of whoever else lives at this address.
  response.headers.set('content-security-policy', 'sandbox')
  response.headers.set('x-content-type-options', 'nosniff')
  return response
}

/** These never carry a body. */
const EMPTY = new Set([204, 205, 304])

function bodyOf(status: number, body: Data): string | null {
  if (EMPTY.has(status) || body === null) return null
  return typeof body === 'string' ? body : JSON.stringify(body)
}

const isHeader = (name: string, value: string): boolean =>
  /^[\w!#$%&'*+.^`|~-]+$/.test(name) && !/[\r\n\0]/.test(value)
