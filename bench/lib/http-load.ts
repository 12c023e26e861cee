import { HttpConnection, type Answered, type HttpRequest } from './http-connection.ts'
import { openLoop } from './open-loop.ts'

/** As much as so many connections can do: each sends again when it was answered. */
export interface ClosedLoad extends HttpRequest {
  connections: number
  milliseconds: number
  /** Stops after so many requests, too. */
  requests?: number
}

/** So many requests a second, whatever becomes of them. */
export interface OpenLoad extends HttpRequest {
  connections: number
  milliseconds: number
  perSecond: number
  /** Told of each answer, with the moment at which its request was due (milliseconds since 1970). */
  onAnswer?: (dueAt: number, status: number, body: Buffer) => void
}

/** What came of it. */
export interface LoadResult {
  /** Milliseconds, one per answer, in the order of the answers. */
  latencies: number[]
  /** Answers by status. */
  statuses: Map<number, number>
  /** From the first request to the last answer. */
  milliseconds: number
}

const empty = (): LoadResult => ({ latencies: [], statuses: new Map(), milliseconds: 0 })

function keep(result: LoadResult, status: number, latency: number): void {
  result.latencies.push(latency)
  result.statuses.set(status, (result.statuses.get(status) ?? 0) + 1)
}

/** Closed loop: sends as many requests as are answered in the time given. */
export async function load(plan: ClosedLoad): Promise<LoadResult> {
  const result = empty()
  const finished = Promise.withResolvers<undefined>()
  const sentAt = new Map<HttpConnection, number>()
  let left = plan.requests ?? Infinity
  const answered: Answered = (status, connection) => {
    const now = performance.now()
    keep(result, status, now - (sentAt.get(connection) ?? now))
    if (now < until && left > 0) return send(connection)
    connection.close()
    sentAt.delete(connection)
    if (sentAt.size === 0) finished.resolve(undefined)
  }
  const send = (connection: HttpConnection) => {
    left--
    sentAt.set(connection, performance.now())
    connection.send()
  }
  const connections = await openAll(plan, answered, finished.reject)
  const startedAt = performance.now()
  const until = startedAt + plan.milliseconds
  for (const connection of connections) send(connection)
  await finished.promise
  result.milliseconds = performance.now() - startedAt
  return result
}

/** Open loop (open-loop.ts): latency counts from the moment a request was due. */
export async function openLoad(plan: OpenLoad): Promise<LoadResult> {
  const { perSecond, milliseconds, onAnswer } = plan
  const result = empty()
  const waiting = new Map<HttpConnection, PromiseWithResolvers<undefined> & { dueAt: number }>()
  const answered: Answered = (status, connection, body) => {
    const request = waiting.get(connection)
    if (request === undefined) return
    result.statuses.set(status, (result.statuses.get(status) ?? 0) + 1)
    onAnswer?.(performance.timeOrigin + request.dueAt, status, body)
    request.resolve(undefined)
  }
  const senders = await openAll(plan, answered, (problem) => {
    for (const request of waiting.values()) request.reject(problem)
  })
  const startedAt = performance.now()
  const send = (connection: HttpConnection, dueAt: number) => {
    const request = { ...Promise.withResolvers<undefined>(), dueAt }
    waiting.set(connection, request)
    connection.send()
    return request.promise
  }
  try {
    result.latencies = await openLoop({ perSecond, milliseconds, senders, send })
  } finally {
    for (const connection of senders) connection.close()
  }
  result.milliseconds = performance.now() - startedAt
  return result
}

const openAll = (
  plan: ClosedLoad | OpenLoad,
  answered: Answered,
  failed: (problem: Error) => void,
): Promise<HttpConnection[]> =>
  Promise.all(
    Array.from({ length: plan.connections }, () => HttpConnection.open(plan, answered, failed)),
  )
