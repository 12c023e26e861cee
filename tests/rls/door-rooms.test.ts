import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { CLOSE } from '#lib/builder/session/wire.ts'
import { attachSyncServer } from '#lib/server/sync/attach.ts'
import { House, opensFor, visits } from './house.ts'

let house: House
let http: Server
let sync: { close(): Promise<void> }
let url: string

beforeAll(async () => {
  house = await House.open()
  // The fixtures' drafts are no real documents: each room begins empty.
  await house.db.query('delete from public.workflow_draft_updates')
  http = createServer()
  sync = attachSyncServer(http, {
    databaseUrl: house.stack.appDatabaseUrl,
    supabaseUrl: house.stack.apiUrl,
    anonKey: house.stack.anonKey,
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const address = http.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  url = `ws://127.0.0.1:${address.port}/sync`
})
afterAll(async () => {
  await sync.close()
  http.closeAllConnections()
  http.close()
  await house.close()
})

/** What the room says first, or why it was closed. */
async function enter(workflow: string, token: string): Promise<'in' | number> {
  const socket = new WebSocket(`${url}/${workflow}${token === '' ? '' : `?token=${token}`}`)
  try {
    return await new Promise((resolve, reject) => {
      socket.once('error', reject)
      socket.once('message', () => resolve('in'))
      socket.once('close', (code) => resolve(code))
    })
  } finally {
    socket.terminate()
  }
}

test('a draft’s room opens for members of its workspace, and for nobody else', async () => {
  for (const [title, visitor, own] of visits(house)) {
    const { workflow, restricted } = house.workspace(visitor, own)
    const refusal = visitor.token === '' ? CLOSE.signedOut : CLOSE.noAccess
    for (const [room, who] of [
      [workflow, 'viewer+'],
      // One that is for some members only.
      [restricted, 'admin+'],
    ] as const) {
      const expected = opensFor(who, visitor, own) ? 'in' : refusal
      expect([title, who, await enter(room, visitor.token)]).toEqual([title, who, expected])
    }
  }
})

test('a token that isn’t one opens nothing', async () => {
  const { workflow } = house.tenants.ann
  const owner = house.visitors.find((visitor) => visitor.name === 'owner')?.token ?? ''
  for (const token of ['x', `${owner}x`, house.stack.anonKey, house.stack.serviceRoleKey])
    expect(await enter(workflow, token)).toBe(CLOSE.signedOut)
})
