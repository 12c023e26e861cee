import {
  request as httpRequest,
  type Agent,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http'

/** Where a request goes on to, and what's answered when it gets nowhere. */
export type Destination = {
  port: number
  path: string
  agent: Agent
  headers?: OutgoingHttpHeaders
  /** Nobody listens there. */
  notUp(): void
  /** The connection ended before an answer came. */
  brokenOff(): void
}

// Of the connection, not of the message: each leg has its own.
const ownHeaders = [
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'proxy-connection',
  'te',
  'trailer',
]

/** Streams a request to another port of this machine, and its answer back. */
export function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  to: Destination,
): void {
  const headers = { ...withoutOwn(incoming.headers), ...to.headers }
  const { method } = incoming
  const call = httpRequest({
    host: '127.0.0.1',
    port: to.port,
    path: to.path,
    method,
    headers,
    agent: to.agent,
  })
  call.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, withoutOwn(answer.headers))
    answer.on('error', () => outgoing.destroy())
    answer.pipe(outgoing)
  })
  call.on('error', (error: NodeJS.ErrnoException) => {
    if (outgoing.headersSent || outgoing.destroyed) outgoing.destroy()
    else if (error.code === 'ECONNREFUSED') to.notUp()
    else to.brokenOff()
  })
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) call.destroy()
  })
  incoming.pipe(call)
}

function withoutOwn(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ownHeaders.includes(name)))
}
