import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Handler } from '../gateway/gateway.ts'
import { sendJson } from '../gateway/web-request.ts'
import type { Keys } from '../keys.ts'

export async function startRealtime(options: {
  databaseUrl: string
  keys: Keys
  log: (line: string) => void
}) {
  const handle: Handler = (_incoming, outgoing) => sendJson(outgoing, 404, {})
  return {
    handle,
    connect: (_incoming: IncomingMessage, socket: Duplex, _head: Buffer) => void socket.destroy(),
    stop: async () => void options,
  }
}
