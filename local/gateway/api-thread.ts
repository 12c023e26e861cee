// Runs in a thread of its own: /rest/v1 and /auth/v1. The Postgres driver that @supabase/lite is built on can throw past
// every handler when Postgres dies under it (porsager/postgres #1208): then this thread ends and a new one starts.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { authMail } from '../mail/auth-mail.ts'
import { listen } from '../postgres/listen.ts'
import type { ApiSettings } from './api.ts'
import { openLiteConnections } from './lite-connections.ts'
import { createRestAndAuth } from './rest-and-auth.ts'
import { toRequest, writeResponse } from './web-request.ts'

// What startApi passes, and nobody else starts this file.
const settings = workerData as ApiSettings

const connections = openLiteConnections(settings.databaseUrls)
const mail = authMail(settings.smtpUrl, settings.mailFrom)
const { rest, auth } = createRestAndAuth({ ...settings, connections, mail })

let soon: NodeJS.Timeout | undefined
const lookAnew = () => {
  clearTimeout(soon)
  // Changes come in bursts.
  soon = setTimeout(() => {
    connections
      .forgetSchema()
      .catch((error: unknown) => console.error('The tables could not be looked up:', error))
  }, 20)
}
await listen({
  databaseUrl: settings.databaseUrls.superuser,
  channel: 'pgrst',
  heard: lookAnew,
  connected: lookAnew,
})

const server = createServer((incoming, outgoing) => {
  const answer = incoming.url?.startsWith('/auth/') ? auth : rest
  answer(toRequest(incoming, settings.apiUrl))
    .then((response) => writeResponse(response, outgoing))
    .catch((error: unknown) => {
      console.error(error)
      outgoing.destroy()
    })
})
server.keepAliveTimeout = 65_000
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port))
