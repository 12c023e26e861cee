import { connect, type Socket } from 'node:net'

/** A request that is sent over and over. */
export interface LoadPlan {
  url: string
  body: string
  connections: number
  milliseconds: number
}

/** What came of it. Latencies in milliseconds, one per answer, in the order of the answers. */
export interface LoadResult {
  latencies: number[]
  /** Answers by status. */
  statuses: Map<number, number>
  /** From the first request to the last answer. */
  milliseconds: number
}

const HEADER_END = Buffer.from('\r\n\r\n')

/**
 * One keep-alive connection that sends the next request when the last one is answered. By hand on a socket: the load
 * generator shares two cores with what it measures, and a client library costs more than the server.
 */
class LoadConnection {
  readonly #socket: Socket
  readonly #request: Buffer
  readonly #result: LoadResult
  readonly #until: number
  readonly #finished: PromiseWithResolvers<void> = Promise.withResolvers()
  #pending: Buffer = Buffer.alloc(0)
  #sentAt = 0

  constructor(plan: LoadPlan, until: number, result: LoadResult) {
    const url = new URL(plan.url)
    const body = Buffer.from(plan.body)
    this.#request = Buffer.concat([
      Buffer.from(
        `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
      ),
      body,
    ])
    this.#until = until
    this.#result = result
    this.#socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true })
    this.#socket.on('connect', () => this.#send())
    this.#socket.on('data', (chunk) => this.#read(chunk))
    this.#socket.on('error', (problem) => this.#finished.reject(problem))
    this.#socket.on('close', () =>
      this.#finished.reject(new Error('the server closed a connection')),
    )
  }

  get finished(): Promise<void> {
    return this.#finished.promise
  }

  #send(): void {
    this.#sentAt = performance.now()
    this.#socket.write(this.#request)
  }

  #read(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    const end = this.#pending.indexOf(HEADER_END)
    if (end < 0) return
    const head = this.#pending.toString('latin1', 0, end).toLowerCase()
    const length = /content-length: (\d+)/.exec(head)?.[1]
    if (length === undefined) {
      this.#finished.reject(new Error(`an answer without a length: ${head}`))
      return
    }
    if (this.#pending.length < end + HEADER_END.length + Number(length)) return
    this.#pending = Buffer.alloc(0)
    this.#answered(Number(head.slice(9, 12)))
  }

  #answered(status: number): void {
    const now = performance.now()
    const { latencies, statuses } = this.#result
    latencies.push(now - this.#sentAt)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    if (now < this.#until) {
      this.#send()
      return
    }
    this.#finished.resolve()
    this.#socket.destroy()
  }
}

/** Sends as many requests as are answered in the time given. */
export async function load(plan: LoadPlan): Promise<LoadResult> {
  const result: LoadResult = { latencies: [], statuses: new Map(), milliseconds: 0 }
  const startedAt = performance.now()
  const connections = Array.from(
    { length: plan.connections },
    () => new LoadConnection(plan, startedAt + plan.milliseconds, result),
  )
  await Promise.all(connections.map((connection) => connection.finished))
  result.milliseconds = performance.now() - startedAt
  return result
}
