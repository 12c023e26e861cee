import { HttpConnection, type Answered, type HttpRequest } from './http-connection.ts'

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

/**
 * Open loop: requests are due at fixed moments, and latency counts from the moment a request was due, so that a server
 * that stalls can't hide it by keeping the sender waiting.
 */
export async function openLoad(plan: OpenLoad): Promise<LoadResult> {
  const { perSecond, milliseconds, onAnswer } = plan
  const result = empty()
  const finished = Promise.withResolvers<undefined>()
  const dueOf = new Map<HttpConnection, number>()
  const late: number[] = []
  const total = Math.floor((milliseconds / 1000) * perSecond)
  let made = 0
  const answered: Answered = (status, connection, body) => {
    const due = dueOf.get(connection) ?? 0
    keep(result, status, performance.now() - due)
    onAnswer?.(performance.timeOrigin + due, status, body)
    idle.push(connection)
    dispatch()
    if (result.latencies.length === total) finished.resolve(undefined)
  }
  const dispatch = () => {
    while (late.length > 0 && idle.length > 0) {
      const connection = idle.pop()
      if (connection === undefined) return
      dueOf.set(connection, late.shift() ?? 0)
      connection.send()
    }
  }
  const connections = await openAll(plan, answered, finished.reject)
  const idle = [...connections]
  const startedAt = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    while (made < total) {
      const due = startedAt + (made / perSecond) * 1000
      if (due > now) break
      made++
      late.push(due)
    }
    dispatch()
  }, 1)
  try {
    if (total > 0) await finished.promise
  } finally {
    clearInterval(timer)
    for (const connection of connections) connection.close()
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
