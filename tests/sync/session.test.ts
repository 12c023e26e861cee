import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket as NodeWebSocket } from 'ws'
import * as Y from 'yjs'
import { WorkflowDocument } from '#lib/builder/document.ts'
import { toDefinition } from '#lib/builder/document/read.ts'
import { DraftSession } from '#lib/builder/session/draft-session.svelte.ts'
import { Presence } from '#lib/builder/session/presence.svelte.ts'
import type { UnsavedChanges } from '#lib/builder/session/unsaved.ts'
import { attachSyncServer } from '#lib/server/sync/attach.ts'
import { createWorkspace, signUp, startTestStack, type TestPerson } from '../../local/testing.ts'
import type { Stack } from '../../local/stack.ts'

let stack: Stack
let database: pg.Pool
let ana: TestPerson
let workspace: { id: string }
let http: Server
let stopSync: () => Promise<void>
let url = ''

/** Stands in for the browser's database. */
class Drawer implements UnsavedChanges {
  readonly kept = new Map<string, Uint8Array>()
  read = (name: string) => Promise.resolve(this.kept.get(name) ?? null)
  write = (name: string, update: Uint8Array) => Promise.resolve(void this.kept.set(name, update))
  clear = (name: string) => Promise.resolve(void this.kept.delete(name))
}

/** A socket that carries the token as a browser carries its cookie. */
function socketFor(person: TestPerson): typeof WebSocket {
  return class extends NodeWebSocket {
    constructor(address: string) {
      super(`${address}?token=${person.accessToken}`)
    }
  } as unknown as typeof WebSocket // `ws` does what y-websocket needs of the browser's class
}

const open: DraftSession[] = []

function session(person: TestPerson, workflow: string, unsaved = new Drawer()): DraftSession {
  const made = new DraftSession({
    url,
    workflow,
    person: person.id,
    canEdit: true,
    unsaved,
    onexpired: () => undefined,
    WebSocketPolyfill: socketFor(person),
  })
  open.push(made)
  return made
}

function add({ doc }: DraftSession, title: string): void {
  const draft = new WorkflowDocument(doc, { longTexts: () => [] })
  draft.addNode({ type: 'data.set', version: 1, title, position: { x: 0, y: 0 }, config: {} })
}

const titles = ({ doc }: { doc: Y.Doc }): string[] =>
  toDefinition(doc).nodes.map((node) => node.title)

async function eventually(check: () => void): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      return check()
    } catch (problem) {
      if (tries > 150) throw problem
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

async function newWorkflow(): Promise<string> {
  const { data } = await ana.client
    .from('workflows')
    .insert({ workspace_id: workspace.id, name: 'A draft' })
    .select('id')
    .single()
    .throwOnError()
  return String(data.id)
}

async function serve(port = 0): Promise<void> {
  http = createServer()
  const sync = attachSyncServer(http, {
    databaseUrl: stack.appDatabaseUrl,
    supabaseUrl: stack.apiUrl,
    anonKey: stack.anonKey,
  })
  stopSync = () => sync.close()
  http.listen(port, '127.0.0.1')
  await once(http, 'listening')
  const address = http.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  url = `ws://127.0.0.1:${address.port}/sync`
}

async function stopServing(): Promise<number> {
  const port = Number(new URL(url).port)
  await stopSync()
  http.closeAllConnections()
  http.close()
  await once(http, 'close')
  return port
}

beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
  database = new pg.Pool({ connectionString: stack.databaseUrl })
  ana = await signUp(stack, 'ana@example.com')
  workspace = await createWorkspace(ana)
  await serve()
})

afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

afterAll(async () => {
  await stopServing()
  await database?.end()
  await stack?.stop()
})

describe('what people read about their changes', () => {
  it('is "saved" only once the server has them', async () => {
    const workflow = await newWorkflow()
    const one = session(ana, workflow)
    expect(one.state).toBe('opening')
    await one.open()
    await eventually(() => expect(one.state).toBe('saved'))
    add(one, 'First')
    expect(one.state).toBe('saving')
    await one.kept()
    expect(one.state).toBe('saved')
    const { rows } = await database.query(
      'select count(*)::int as count from public.workflow_draft_updates where workflow_id = $1',
      [workflow],
    )
    expect(rows[0].count).toBeGreaterThan(0)
  })

  it('says when there is no connection, keeps changes, and sends them when it is back', async () => {
    const workflow = await newWorkflow()
    const drawer = new Drawer()
    const one = session(ana, workflow, drawer)
    await one.open()
    await eventually(() => expect(one.state).toBe('saved'))
    const port = await stopServing()
    add(one, 'Drawn offline')
    await eventually(() => expect(one.state).toBe('offline'))
    expect(drawer.kept.size).toBe(1)
    await serve(port)
    await eventually(() => expect(one.state).toBe('saved'))
    expect(drawer.kept.size).toBe(0)
    const other = session(ana, workflow)
    await other.open()
    await eventually(() => expect(titles(other)).toEqual(['Drawn offline']))
  })

  it('changes of a visit that ended offline are there at the next', async () => {
    const workflow = await newWorkflow()
    const drawer = new Drawer()
    const first = session(ana, workflow, drawer)
    add(first, 'Left over')
    first.close()
    await eventually(() => expect(drawer.kept.size).toBe(1))
    const second = session(ana, workflow, drawer)
    await second.open()
    await eventually(() => expect(second.state).toBe('saved'))
    expect(titles(second)).toEqual(['Left over'])
    expect(drawer.kept.size).toBe(0)
  })

  it('tells those who were removed, in a sentence', async () => {
    const dan = await signUp(stack, 'dan@example.com')
    const one = session(dan, await newWorkflow())
    await one.open()
    await eventually(() => expect(one.state).toBe('refused'))
    expect(one.refusal).toContain('no access')
  })

  it(
    'a person whose role changes may do what the new role allows, without reloading',
    { timeout: 20_000 },
    async () => {
      const eva = await signUp(stack, 'eva@example.com')
      await database.query(`insert into public.members values ($1, $2, 'viewer')`, [
        workspace.id,
        eva.id,
      ])
      const one = session(eva, await newWorkflow())
      await one.open()
      await eventually(() => expect(one.canEdit).toBe(false))
      await database.query(`update public.members set role = 'editor' where user_id = $1`, [eva.id])
      await eventually(() => expect(one.canEdit).toBe(true))
    },
  )
})

describe('who is here', () => {
  it('cursor, selection and name reach the others, and go when the person goes', async () => {
    const workflow = await newWorkflow()
    const [one, two] = [session(ana, workflow), session(ana, workflow)]
    const [mine, theirs] = [
      new Presence(one.provider.awareness),
      new Presence(two.provider.awareness),
    ]
    await Promise.all([one.open(), two.open()])
    mine.say({ cursor: { x: 1, y: 2 }, selection: ['a'], field: 'a text' })
    await eventually(() =>
      expect(theirs.others).toMatchObject([
        { id: ana.id, name: 'ana', cursor: { x: 1, y: 2 }, selection: ['a'], field: 'a text' },
      ]),
    )
    expect(theirs.typingIn('a', 'text')).toHaveLength(1)
    one.close()
    await eventually(() => expect(theirs.others).toEqual([]))
  })
})
