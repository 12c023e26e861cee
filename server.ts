// The production entry of the app: SvelteKit's own Node server, and on the same port the websockets of co-editing.
import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

// One visitor's request must not end everybody's: by default, Node ends the process.
process.on('unhandledRejection', (problem) =>
  console.error('Something failed that nobody waited for.', problem),
)

const origin = process.env.ORIGIN ? new URL(process.env.ORIGIN) : undefined
if (origin) {
  // adapter-node reads the address that people see from headers alone; they're set below, from ORIGIN.
  process.env.PROTOCOL_HEADER = 'x-forwarded-proto'
  process.env.HOST_HEADER = 'x-forwarded-host'
}

const { server } = (await load(resolve(process.env.WEFT_BUILD_DIR ?? 'build', 'index.js'))) as {
  server: Server
}

server.prependListener('request', ({ headers }) => {
  if (!origin) return
  headers['x-forwarded-proto'] = origin.protocol.slice(0, -1)
  headers['x-forwarded-host'] = isOwnName(headers.host, origin) ? headers.host : origin.host
})

const sync = await attachSync(server)
if (sync) {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => sync.close())
}

function load(file: string): Promise<unknown> {
  return import(pathToFileURL(file).href)
}

/** A machine has several names for itself; whoever used one of them meant this server. */
function isOwnName(host: string | undefined, origin: URL): boolean {
  if (!host || origin.hostname !== 'localhost') return false
  return [`127.0.0.1:${origin.port}`, `[::1]:${origin.port}`].includes(host)
}

/** Lets editors of one workflow see each other: see src/lib/server/sync. */
async function attachSync(server: Server): Promise<{ close(): void } | undefined> {
  const file = resolve(import.meta.dirname, 'src/lib/server/sync/attach.ts')
  if (!existsSync(file)) return undefined
  const { attachSyncServer } = (await load(file)) as {
    attachSyncServer(server: Server, settings: Record<string, string>): { close(): void }
  }
  return attachSyncServer(server, {
    databaseUrl: required('WEFT_APP_DB_URL'),
    supabaseUrl: required('PUBLIC_SUPABASE_URL'),
    anonKey: required('PUBLIC_SUPABASE_ANON_KEY'),
  })
}

function required(name: string): string {
  const value = process.env[name]
  if (!value)
    throw new Error(
      `The environment variable ${name} is missing; docs/operations.md says what it is.`,
    )
  return value
}
