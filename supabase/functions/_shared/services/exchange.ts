import http from 'node:http'
import https from 'node:https'
import type { IncomingMessage } from 'node:http'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { Readable } from 'node:stream'
import type { Destination } from './destination.ts'

/** One request to one checked address. */
export interface Exchange {
  destination: Destination
  method: string
  headers: Record<string, string>
  body: string | undefined
  maxResponseBytes: number
}

export interface RawResponse {
  status: number
  headers: Record<string, string>
  body: Uint8Array
}

/** The answer is longer than was allowed. */
export class TooLarge extends Error {}

/** A request that failed on the way. `sent`: it may have arrived all the same. */
export class Broken extends Error {
  readonly sent: boolean
  constructor(cause: unknown, sent: boolean) {
    super(cause instanceof Error ? cause.message : 'the connection broke', { cause })
    this.sent = sent
  }
}

/** Sends a request to the address that was checked, under the name that was asked for (Host, and SNI for TLS). */
export function exchange(wanted: Exchange, signal: AbortSignal): Promise<RawResponse> {
  const { url, address, port } = wanted.destination
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  const secure = url.protocol === 'https:'
  return new Promise((resolve, reject) => {
    let sent = false
    const fail = (problem: unknown) =>
      reject(problem instanceof TooLarge ? problem : new Broken(problem, sent))
    const request = (secure ? https : http).request(
      {
        host: address,
        port,
        path: url.pathname + url.search,
        method: wanted.method,
        headers: { ...wanted.headers, host: url.host },
        // A connection of its own: a shared one could have been opened to another address.
        agent: false,
        signal,
        ...(secure && hostname !== address ? { servername: hostname } : {}),
      },
      (response) => {
        read(response, wanted.maxResponseBytes).then((body) => {
          resolve({ status: response.statusCode ?? 0, headers: flat(response), body })
        }, fail)
      },
    )
    request.on('socket', (socket) => {
      socket.once(secure ? 'secureConnect' : 'connect', () => (sent = true))
    })
    request.on('error', fail)
    request.end(wanted.body)
  })
}

function flat(response: IncomingMessage): Record<string, string> {
  const entries = Object.entries(response.headers)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
}

/** Unpacked, and counted while unpacking: a small answer may unfold into a very large one. */
function unpacked(response: IncomingMessage): Readable {
  const encoding = (response.headers['content-encoding'] ?? '').trim().toLowerCase()
  if (encoding === 'gzip' || encoding === 'x-gzip') return response.pipe(createGunzip())
  if (encoding === 'br') return response.pipe(createBrotliDecompress())
  if (encoding === 'deflate') return response.pipe(createInflate())
  return response
}

function read(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let size = 0
    const stream = unpacked(response)
    const fail = (problem: unknown) => {
      // First said, then ended: the end itself counts as an error, too.
      reject(problem)
      response.destroy()
    }
    stream.on('data', (chunk: Uint8Array) => {
      size += chunk.byteLength
      if (size > maxBytes) fail(new TooLarge(`more than ${maxBytes} bytes`))
      else chunks.push(chunk)
    })
    stream.on('end', () => {
      const body = new Uint8Array(size)
      let at = 0
      for (const chunk of chunks) {
        body.set(chunk, at)
        at += chunk.byteLength
      }
      resolve(body)
    })
    stream.on('error', fail)
    response.on('error', fail)
    response.on('aborted', () => fail(new Error('the answer broke off')))
  })
}
