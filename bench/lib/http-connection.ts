import { connect, type Socket } from 'node:net'

/** A request that is sent over and over. */
export interface HttpRequest {
  url: string
  body: string
}

/** Told of each answer: its status, which connection is free again, and the body. */
export type Answered = (status: number, connection: HttpConnection, body: Buffer) => void

const HEADER_END = Buffer.from('\r\n\r\n')
const EMPTY = Buffer.alloc(0)

/**
 * One keep-alive connection that sends the same POST whenever it's told to, and says when it was answered. By hand on a
 * socket: the load generator shares two cores with what it measures, and a client library costs more than the server.
 */
export class HttpConnection {
  readonly #socket: Socket
  readonly #request: Buffer
  readonly #answered: Answered
  readonly #failed: (problem: Error) => void
  #pending: Buffer = EMPTY
  #closed = false

  private constructor(
    socket: Socket,
    { url, body }: HttpRequest,
    answered: Answered,
    failed: (problem: Error) => void,
  ) {
    const { pathname, host } = new URL(url)
    const content = Buffer.from(body)
    this.#request = Buffer.concat([
      Buffer.from(
        `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${content.length}\r\n\r\n`,
      ),
      content,
    ])
    this.#answered = answered
    this.#failed = failed
    this.#socket = socket
    socket.on('data', (chunk) => this.#read(chunk))
    socket.on('error', (problem) => this.#end(problem))
    socket.on('close', () => this.#end(new Error('the server closed a connection')))
  }

  /** Resolves when it's connected. */
  static async open(
    request: HttpRequest,
    answered: Answered,
    failed: (problem: Error) => void,
  ): Promise<HttpConnection> {
    const { hostname, port } = new URL(request.url)
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    await new Promise<void>((done, refused) => socket.once('connect', done).once('error', refused))
    return new HttpConnection(socket, request, answered, failed)
  }

  /** To be called when the last one was answered. */
  send(): void {
    this.#socket.write(this.#request)
  }

  close(): void {
    this.#closed = true
    this.#socket.destroy()
  }

  #end(problem: Error): void {
    if (!this.#closed) this.#failed(problem)
    this.#closed = true
  }

  #read(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    const end = this.#pending.indexOf(HEADER_END)
    if (end < 0) return
    const head = this.#pending.toString('latin1', 0, end).toLowerCase()
    const length = /content-length: (\d+)/.exec(head)?.[1]
    if (length === undefined) return this.#end(new Error(`an answer without a length: ${head}`))
    const body = this.#pending.subarray(end + HEADER_END.length)
    if (body.length < Number(length)) return
    this.#pending = EMPTY
    this.#answered(Number(head.slice(9, 12)), this, body)
  }
}
