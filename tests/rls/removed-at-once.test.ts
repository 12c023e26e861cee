import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { CLOSE } from '#lib/builder/session/wire.ts'
import { attachSyncServer } from '#lib/server/sync/attach.ts'
import type { TestPerson } from '../../local/testing.ts'
import { call, Crew } from './crew.ts'

/** Long before anybody would look by themselves, which is every five seconds. */
const AT_ONCE_MS = 2_500

let crew: Crew
let http: Server
let sync: { close(): Promise<void> }
let rooms: string

beforeAll(async () => {
  crew = await Crew.open()
  http = createServer()
  sync = attachSyncServer(http, {
    databaseUrl: crew.stack.appDatabaseUrl,
    supabaseUrl: crew.stack.apiUrl,
    anonKey: crew.stack.anonKey,
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const address = http.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  rooms = `ws://127.0.0.1:${address.port}/sync`
})
afterAll(async () => {
  await sync.close()
  http.closeAllConnections()
  http.close()
  await crew.close()
})

/** Somebody with a draft open, listening to what happens: how each of the two ended. */
async function inside(person: TestPerson, workspace: string, workflow: string) {
  const ended: { room?: number; channel?: string } = {}
  const socket = new WebSocket(`${rooms}/${workflow}?token=${person.accessToken}`)
  socket.on('close', (code) => (ended.room = code))
  await once(socket, 'message')

  const client = createClient(crew.stack.apiUrl, crew.stack.anonKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    accessToken: () => Promise.resolve(person.accessToken),
  })
  await client.realtime.setAuth()
  const channel = client.channel(`workflow:${workflow}`, { config: { private: true } })
  await new Promise<void>((resolve, reject) =>
    channel.subscribe((state) => {
      if (state === 'SUBSCRIBED') resolve()
      else if (ended.channel === undefined) {
        ended.channel = state
        reject(new Error(state))
      }
    }),
  )
  const rows = async (): Promise<number> => {
    const { data, error } = await person.client
      .from('workflows')
      .select('id')
      .eq('workspace_id', workspace)
    if (error) throw error
    return data.length
  }
  expect(await rows()).toBe(1)
  return {
    ended,
    rows,
    async stop() {
      socket.terminate()
      await client.realtime.disconnect()
    },
  }
}

/** Each way of losing a workflow, done by somebody to the person who is inside. */
const ways: [string, (by: TestPerson, where: Place) => Promise<unknown>][] = [
  [
    'who is removed',
    (by, { workspace, person }) =>
      call(by, 'remove_member', { p_workspace: workspace, p_person: person }),
  ],
  [
    'from whom the workflow is kept',
    (by, { workflow }) => call(by, 'restrict_workflow', { p_workflow: workflow, p_people: [] }),
  ],
  [
    'whose workspace is deleted',
    (by, { workspace }) => call(by, 'delete_workspace', { p_workspace: workspace, p_name: 'Crew' }),
  ],
]

interface Place {
  workspace: string
  workflow: string
  person: string
}

describe('at once, and not only when it is looked at next,', () => {
  test.each(ways)('%s is out of pages, live channels and the drawing', async (_who, lose) => {
    const { id, owner, members } = await crew.workspace('editor')
    const [editor] = members
    const workflow = await crew.workflow(id, owner)
    const stay = await inside(editor, id, workflow)
    try {
      await lose(owner, { workspace: id, workflow, person: editor.id })
      expect(await stay.rows()).toBe(0)
      await expect
        .poll(() => stay.ended, { timeout: AT_ONCE_MS, interval: 20 })
        .toEqual({ room: CLOSE.noAccess, channel: 'CLOSED' })
    } finally {
      await stay.stop()
    }
  })
})

test('who is signed in elsewhere as well stays signed in, and has lost this workspace only', async () => {
  const { id, owner, members } = await crew.workspace('editor')
  const [editor] = members
  const other = await crew.workspace()
  await crew.join(other.id, 'viewer', editor)
  await call(owner, 'remove_member', { p_workspace: id, p_person: editor.id })
  const { data } = await editor.client.from('workspaces').select('id')
  expect(data).toEqual([{ id: other.id }])
})
