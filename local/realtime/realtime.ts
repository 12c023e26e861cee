import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Handler } from '../gateway/gateway.ts'
import { verifyToken } from '../gateway/tokens.ts'
import type { Keys } from '../keys.ts'
import { listen } from '../postgres/listen.ts'
import { openPool } from '../postgres/pool.ts'
import { databaseAuthorization } from './authorization.ts'
import type { Realm } from './channel.ts'
import { Connection } from './connection.ts'
import { deliverDatabaseBroadcasts } from './database-broadcasts.ts'
import { handleHttpBroadcast } from './http-broadcast.ts'
import { Hub } from './hub.ts'
import { Presence } from './presence.ts'

/** The realtime server: what realtime-js speaks to under /realtime/v1. */
export type RealtimeServer = {
  handle: Handler
  connect(incoming: IncomingMessage, socket: Duplex, head: Buffer): void
  stop(): Promise<void>
}

const largestMessageBytes = 3 * 1024 * 1024
// realtime-js sends a heartbeat every 25 seconds.
const longestSilenceMs = 70_000

/** Starts listening to the database; websockets come in through `connect`. */
export async function startRealtime(options: {
  databaseUrl: string
  keys: Keys
  log: (line: string) => void
}): Promise<RealtimeServer> {
  const { keys, log } = options
  const pool = openPool(options.databaseUrl, 4)
  const hub = new Hub()
  const realm: Realm = {
    hub,
    presence: new Presence(hub),
    authorization: databaseAuthorization(pool),
    keys,
    log,
  }
  const fromDatabase = await deliverDatabaseBroadcasts(options.databaseUrl, pool, hub, log)
  // Somebody was removed, say: whoever may not listen any more is out at once, not only when it's looked at next.
  const accessChanges = await listen({
    databaseUrl: options.databaseUrl,
    channel: 'weft_access',
    heard() {
      for (const channel of hub.everybody()) if (channel.isPrivate) channel.checkAgain()
    },
  })
  const server = new WebSocketServer({ noServer: true, maxPayload: largestMessageBytes })
  const connections = new Set<Connection>()
  const sweep = setInterval(() => {
    const oldest = Date.now() - longestSilenceMs
    for (const connection of connections) if (connection.heardAt < oldest) connection.terminate()
  }, 15_000)
  sweep.unref()

  const connect = (incoming: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const url = new URL(incoming.url ?? '/', 'http://gateway')
    const apiKey = url.searchParams.get('apikey') ?? incoming.headers.apikey
    if (url.pathname !== '/realtime/v1/websocket') return refuse(socket, '404 Not Found')
    if (typeof apiKey !== 'string' || typeof verifyToken(apiKey, keys) === 'string')
      return refuse(socket, '403 Forbidden')
    const version = url.searchParams.get('vsn') === '2.0.0' ? '2.0.0' : '1.0.0'
    server.handleUpgrade(incoming, socket, head, (ws) => {
      const connection = new Connection(realm, ws, version, apiKey)
      connections.add(connection)
      ws.on('close', () => connections.delete(connection))
    })
  }

  return {
    handle: (incoming, outgoing) => handleHttpBroadcast(realm, incoming, outgoing),
    connect,
    async stop() {
      clearInterval(sweep)
      for (const connection of connections) connection.end()
      server.close()
      await fromDatabase.stop()
      await accessChanges.stop()
      await pool.end()
    },
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
