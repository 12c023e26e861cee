import http, { type IncomingMessage } from 'node:http'
import type { Destination } from './destination.ts'
import { dial } from './dial.ts'
import { readBody } from './read-body.ts'
import { isRedirect } from './redirect.ts'

/** One request, without its redirects. */
export interface Exchange {
  destination: Destination
  method: string
  headers: Record<string, string>
  body: string | undefined
  maxResponseBytes: number
  /** From now on the request may have arrived. */
  onSent(): void
}

/** One answer; of a redirect that will be followed, no body. */
export interface RawResponse {
  status: number
  headers: Record<string, string>
  body: Uint8Array
}

/** Sends a request over a connection of its own: a shared one could have been opened to another address. */
export async function exchange(wanted: Exchange, signal: AbortSignal): Promise<RawResponse> {
  const socket = await dial(wanted.destination, signal)
  try {
    const response = await answerTo(wanted, socket, signal)
    const status = response.statusCode ?? 0
    const headers = flat(response)
    const bodyless = wanted.method === 'HEAD' || status === 204 || status === 304
    const body =
      bodyless || isRedirect(status, headers)
        ? new Uint8Array()
        : await readBody(response, wanted.maxResponseBytes)
    return { status, headers, body }
  } finally {
    // A connection that is thrown away may still complain.
    socket.on('error', () => undefined)
    socket.destroy()
  }
}

function answerTo(
  { destination: { url }, method, headers, body, onSent }: Exchange,
  socket: ReturnType<typeof http.request>['socket'] & object,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = http.request({
      createConnection: () => socket,
      path: url.pathname + url.search,
      method,
      headers: { ...headers, host: url.host, connection: 'close' },
      signal,
    })
    // Stays for as long as the answer is read: an abort is told here as well.
    request.on('error', reject)
    request.once('response', resolve)
    onSent()
    request.end(body)
  })
}

function flat(response: IncomingMessage): Record<string, string> {
  const entries = Object.entries(response.headers)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
}
