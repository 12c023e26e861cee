// Runs in a process of its own: vite's dev server with the co-editing server attached.
import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import { dirname, join } from 'node:path'
import { createServer, type ViteDevServer } from 'vite'

const root = join(import.meta.dirname, '../..')
const attachFile = join(root, 'src/lib/server/sync/attach.ts')
type SyncServer = { close(): void }

const vite = await createServer({
  root,
  server: { host: '127.0.0.1', port: Number(process.env.PORT), strictPort: true },
  clearScreen: false,
})
await vite.listen()
let sync = await attachSync(vite)
vite.watcher.on('change', (file) => {
  if (!file.startsWith(dirname(attachFile))) return
  sync?.close()
  attachSync(vite).then(
    (fresh) => (sync = fresh),
    (error: unknown) => console.error('The co-editing server could not be loaded again:', error),
  )
})
console.log('the app is up')

async function attachSync(vite: ViteDevServer): Promise<SyncServer | undefined> {
  if (!existsSync(attachFile) || !vite.httpServer) return undefined
  const { attachSyncServer } = (await vite.ssrLoadModule(attachFile)) as {
    attachSyncServer(server: Server, settings: Record<string, string | undefined>): SyncServer
  }
  const { WEFT_APP_DB_URL, PUBLIC_SUPABASE_URL, PUBLIC_SUPABASE_ANON_KEY } = process.env
  // Without a certificate vite's server is Node's plain one.
  return attachSyncServer(vite.httpServer as Server, {
    databaseUrl: WEFT_APP_DB_URL,
    supabaseUrl: PUBLIC_SUPABASE_URL,
    anonKey: PUBLIC_SUPABASE_ANON_KEY,
  })
}
