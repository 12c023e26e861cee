import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { SafeHttp } from '../../supabase/functions/_shared/services/http.ts'

type Route = (request: IncomingMessage, response: ServerResponse) => unknown

/** What the pretended outside was asked. */
interface Asked {
  method: string
  url: string
  host: string
  headers: IncomingMessage['headers']
  body: string
}

const to =
  (location: string, status = 302): Route =>
  (_, response) =>
    response.writeHead(status, { location }).end()

const routes = (port: number): Record<string, Route> => ({
  '/ok': (_, response) => response.end('fine'),
  '/to-loopback': to(`http://127.0.0.1:${port}/ok`),
  '/to-decimal': to(`http://2130706433:${port}/ok`),
  '/to-mapped': to(`http://[::ffff:127.0.0.1]:${port}/ok`),
  '/to-localhost': to(`//localhost:${port}/ok`),
  '/to-private-name': to(`http://inside.test:${port}/ok`),
  '/to-metadata': to('http://169.254.169.254/latest'),
  '/to-file': to('file:///etc/passwd'),
  '/to-sign-in': to(`http://user:secret@good.test:${port}/ok`),
  '/to-unknown': to('http://nowhere.invalid/'),
  '/to-good-then-loopback': to('/to-loopback'),
  '/to-other': to(`http://other.test:${port}/ok`, 307),
  '/to-same': to('/ok', 307),
  '/moved-301': to('/ok', 301),
  '/moved-302': to('/ok', 302),
  '/moved-303': to('/ok', 303),
  '/moved-308': to('/ok', 308),
  '/for-ever': to('/for-ever'),
  '/endless-redirect': (_, response) => {
    response.writeHead(302, { location: '/ok' })
    const pour = () => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    }
    response.on('drain', pour)
    pour()
  },
  '/large': (_, response) => response.end('x'.repeat(100_000)),
  '/large-in-chunks': (_, response) => {
    response.write('x'.repeat(40_000))
    response.end('x'.repeat(40_000))
  },
  '/bomb': (_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(30_000_000))),
  '/brotli-bomb': (_, response) =>
    response
      .writeHead(200, { 'content-encoding': 'br' })
      .end(brotliCompressSync('x'.repeat(30_000_000))),
  '/packed': (_, response) =>
    response
      .writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' })
      .end(gzipSync('unpacked')),
  '/packed-by-brotli': (_, response) =>
    response
      .writeHead(200, { 'content-encoding': 'br', 'content-type': 'text/plain' })
      .end(brotliCompressSync('unpacked')),
  '/packed-nothing': (_, response) => response.writeHead(204, { 'content-encoding': 'gzip' }).end(),
  '/badly-packed': (_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip'),
  '/silent': () => undefined,
  '/drips': (_, response) => {
    const drip = setInterval(() => response.write('.'), 50)
    response.on('close', () => clearInterval(drip))
  },
  '/breaks-off': (request) => request.socket.destroy(),
  '/breaks-off-halfway': (request, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('a beginning')
    setTimeout(() => request.socket.destroy(), 50)
  },
  '/no-http': (request) => request.socket.end('220 mail.example.org ESMTP\r\n'),
  '/binary': (_, response) =>
    response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from([0x89, 0xff, 0x00])),
  '/latin-1': (_, response) =>
    response
      .writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1' })
      .end(Buffer.from('Füße', 'latin1')),
  '/cookies': (_, response) =>
    response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }).end('fine'),
})

/** A web server that plays the outside, on this machine: names ending in .test lead to it. */
export async function startOutside() {
  const asked: Asked[] = []
  let known: Record<string, Route> = {}
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      asked.push({ method, url, host: headers.host ?? '', headers, body })
      known[url]?.(request, response)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo // it listens on a port, not on a socket file
  known = routes(port)
  return {
    port,
    asked,
    last: () => asked.at(-1),
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** A pretended internet. */
const names = (hostname: string): Promise<string[]> =>
  hostname.endsWith('.test') ? Promise.resolve(['127.0.0.1']) : Promise.reject(new Error('unknown'))

/** As the functions use it, but with the pretended internet's names. */
export const allowing = (...hosts: string[]) => new SafeHttp(hosts, names)

/** A request with the usual limits. */
export const request = (
  url: string,
  more: {
    method?: string
    body?: string
    headers?: Record<string, string>
    timeoutMs?: number
    maxResponseBytes?: number
  } = {},
) => ({
  ...{ method: 'GET', headers: {}, timeoutMs: 3_000, maxResponseBytes: 50_000, url },
  ...more,
})

/** The kind and code of the error that some work ends with. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'went through'
  } catch (problem) {
    const { name, code } = problem as { name: string; code?: string }
    return `${name} ${code ?? ''}`
  }
}

export const never = new AbortController().signal
