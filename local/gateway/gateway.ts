import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { sendJson } from './web-request.ts'

/** Answers one part of the API, straight on Node's request and response. */
export type Handler = (incoming: IncomingMessage, outgoing: ServerResponse) => void | Promise<void>

/** What the gateway puts under one address. */
export type GatewayRoutes = {
  /** /rest/v1 and /auth/v1. */
  api: Handler
  functions: Handler
  mailbox: Handler
  realtime: Handler
  /** Websockets of /realtime/v1. */
  connect(incoming: IncomingMessage, socket: Duplex, head: Buffer): void
}

/** The one port that supabase-js talks to. */
export type Gateway = { port: number; stop(): Promise<void> }

/** Opens the gateway on a port; `routes` gets to know its address before the first request. */
export async function startGateway(
  port: number,
  routes: GatewayRoutes,
  problem: (error: unknown) => void,
): Promise<Gateway> {
  const server = createServer((incoming, outgoing) => {
    route(routes, incoming, outgoing).catch((error: unknown) => {
      problem(error)
      if (outgoing.headersSent) outgoing.destroy()
      else
        sendJson(outgoing, 500, {
          message: 'The local gateway failed at this request; its log says why.',
        })
    })
  })
  const upgraded = new Set<Duplex>()
  server.on('upgrade', (incoming, socket, head) => {
    upgraded.add(socket)
    socket.on('close', () => upgraded.delete(socket))
    if (incoming.url?.startsWith('/realtime/v1/')) routes.connect(incoming, socket, head)
    else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n')
  })
  // Load generators and browsers keep connections open for long; a new one for each request costs more than they do.
  server.keepAliveTimeout = 65_000
  await listenSoon(server, port)
  return { port: (server.address() as AddressInfo).port, stop: () => close(server, upgraded) }
}

/** The port was held for it until now; the system may take a moment to let go of it. */
async function listenSoon(server: Server, port: number): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || tries === 40) throw error
      await pause(50)
    }
  }
}

async function route(
  routes: GatewayRoutes,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const path = (incoming.url ?? '/').split('?', 1)[0] ?? '/'
  if (path.startsWith('/functions/v1/')) return routes.functions(incoming, outgoing)
  if (/^\/(rest|auth)\/v1(\/|$)/.test(path)) return routes.api(incoming, outgoing)
  if (path.startsWith('/realtime/v1/')) return routes.realtime(incoming, outgoing)
  if (path === '/mailbox' || path.startsWith('/mailbox/')) return routes.mailbox(incoming, outgoing)
  if (path === '/health') return sendJson(outgoing, 200, { status: 'ok' })
  sendJson(outgoing, 404, { message: 'There is nothing at this address.' })
}

function close(server: Server, upgraded: Iterable<Duplex>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
    // The server has forgotten these, but waits for them.
    for (const socket of upgraded) socket.destroy()
  })
}
