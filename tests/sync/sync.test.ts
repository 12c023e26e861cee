import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket as NodeWebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { WorkflowDocument } from '#lib/builder/document.ts'
import { CLOSE, WEFT_MESSAGE, type ServerWord } from '#lib/builder/session/wire.ts'
import { attachSyncServer } from '#lib/server/sync/attach.ts'
import { readDraft, writeDraft } from '#lib/server/sync/documents.ts'
import { createWorkspace, signUp, startTestStack, type TestPerson } from '../../local/testing.ts'
import type { Stack } from '../../local/stack.ts'

let stack: Stack
let database: pg.Pool
let appDatabase: pg.Pool
let ana: TestPerson
let stranger: TestPerson
let workspace: { id: string }
let server: Served

interface Served {
  url: string
  stop(): Promise<void>
}

async function serve(): Promise<Served> {
  const http: Server = createServer()
  const sync = attachSyncServer(http, {
    databaseUrl: stack.appDatabaseUrl,
    supabaseUrl: stack.apiUrl,
    anonKey: stack.anonKey,
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const address = http.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return {
    url: `ws://127.0.0.1:${address.port}/sync`,
    async stop() {
      await sync.close()
      http.closeAllConnections()
      http.close()
    },
  }
}

interface Client {
  draft: WorkflowDocument
  provider: WebsocketProvider
  closed: Promise<{ code: number }>
  /** What the server said beyond y-websocket's own messages. */
  words: ServerWord[]
}

const clients: Client[] = []

function connect(workflow: string, token: string | null, at = server): Client {
  const draft = new WorkflowDocument(new Y.Doc(), {
    longTexts: (type) => (type === 'messages.email' ? ['body'] : []),
  })
  const provider = new WebsocketProvider(at.url, workflow, draft.doc, {
    disableBc: true,
    params: token === null ? {} : { token },
    // y-websocket wants the browser's class; the `ws` one does the same.
    WebSocketPolyfill: NodeWebSocket as unknown as typeof WebSocket,
    shouldReconnect: (event) => event.code < 4400,
  })
  const closed = new Promise<{ code: number }>((resolve) => provider.on('closed', resolve))
  const client: Client = { draft, provider, closed, words: [] }
  provider.messageHandlers[WEFT_MESSAGE] = (_encoder, decoder) => {
    client.words.push(JSON.parse(decoding.readVarString(decoder)))
  }
  clients.push(client)
  return client
}

const synced = (client: Client): Promise<void> =>
  client.provider.synced
    ? Promise.resolve()
    : new Promise((resolve) => client.provider.once('sync', () => resolve()))

let markers = 0

/** Resolves when the server says that everything sent so far is kept. */
async function kept({ provider, words }: Client): Promise<void> {
  const number = (markers += 1)
  provider.ws?.send(
    encoding.encode((encoder) => {
      encoding.writeVarUint(encoder, WEFT_MESSAGE)
      encoding.writeVarString(encoder, JSON.stringify({ kind: 'marker', number }))
    }),
  )
  await eventually(() => expect(words).toContainEqual({ kind: 'kept', number }))
}

async function eventually(check: () => void | Promise<void>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await check()
    } catch (problem) {
      if (tries > 100) throw problem
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

async function newWorkflow(): Promise<string> {
  const { data, error } = await ana.client
    .from('workflows')
    .insert({ workspace_id: workspace.id, name: 'Drawn together' })
    .select('id')
    .single()
  if (error) throw error
  return String(data.id)
}

async function join(email: string, role: string): Promise<TestPerson> {
  const person = await signUp(stack, email)
  await database.query(
    'insert into public.members (workspace_id, user_id, role) values ($1, $2, $3)',
    [workspace.id, person.id, role],
  )
  return person
}

const add = (client: Client, title: string, type = 'data.set'): string =>
  client.draft.addNode({ type, version: 1, title, position: { x: 0, y: 0 }, config: {} })

const titles = (client: Client): string[] =>
  client.draft.toDefinition().nodes.map((node) => node.title)

beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
  database = new pg.Pool({ connectionString: stack.databaseUrl })
  appDatabase = new pg.Pool({ connectionString: stack.appDatabaseUrl })
  ana = await signUp(stack, 'ana@example.com')
  stranger = await signUp(stack, 'stranger@example.com')
  workspace = await createWorkspace(ana)
  await createWorkspace(stranger, 'Elsewhere')
  server = await serve()
})

afterEach(() => {
  for (const { provider, draft } of clients.splice(0)) {
    provider.destroy()
    draft.destroy()
  }
})

afterAll(async () => {
  await server?.stop()
  await appDatabase?.end()
  await database?.end()
  await stack?.stop()
})

describe('people in one draft', () => {
  it('see each other’s changes, and end with the same drawing', async () => {
    const ben = await join('ben@example.com', 'editor')
    const workflow = await newWorkflow()
    const [a, b] = [connect(workflow, ana.accessToken), connect(workflow, ben.accessToken)]
    await Promise.all([synced(a), synced(b)])
    add(a, 'From Ana')
    add(b, 'From Ben')
    await eventually(() => {
      expect(titles(a).sort()).toEqual(['From Ana', 'From Ben'])
      expect(b.draft.toDefinition()).toEqual(a.draft.toDefinition())
    })
  })

  it('go by their own names, whatever their browser claims', async () => {
    const cleo = await join('cleo@example.com', 'editor')
    const workflow = await newWorkflow()
    const [a, c] = [connect(workflow, ana.accessToken), connect(workflow, cleo.accessToken)]
    await Promise.all([synced(a), synced(c)])
    c.provider.awareness.setLocalState({
      user: { id: ana.id, name: 'ana' },
      cursor: { x: 1, y: 2 },
    })
    await eventually(() => {
      const seen = a.provider.awareness.getStates().get(c.draft.doc.clientID)
      expect(seen).toMatchObject({ user: { id: cleo.id, name: 'cleo' }, cursor: { x: 1, y: 2 } })
    })
    // Nor can one person take another's cursor away.
    a.provider.awareness.setLocalState({ cursor: { x: 3, y: 4 } })
    await eventually(() =>
      expect(c.provider.awareness.getStates().get(a.draft.doc.clientID)).toBeDefined(),
    )
    c.provider.destroy()
    await eventually(() => {
      expect(a.provider.awareness.getStates().has(c.draft.doc.clientID)).toBe(false)
      expect(a.provider.awareness.getStates().has(a.draft.doc.clientID)).toBe(true)
    })
  })

  it('who add a step at the same moment give it different keys for good', async () => {
    const workflow = await newWorkflow()
    const [a, b] = [connect(workflow, ana.accessToken), connect(workflow, ana.accessToken)]
    await Promise.all([synced(a), synced(b)])
    add(a, 'Mail')
    add(b, 'Mail')
    await eventually(() => {
      const kept = [...a.draft.doc.getMap('nodes').values()].map((node) =>
        node instanceof Y.Map ? node.get('key') : undefined,
      )
      expect(kept.sort()).toEqual(['mail', 'mail_2'])
    })
  })

  it('are told when their changes are kept', async () => {
    const workflow = await newWorkflow()
    const a = connect(workflow, ana.accessToken)
    await synced(a)
    add(a, 'Kept')
    await kept(a)
    const { rows } = await database.query(
      'select author from public.workflow_draft_updates where workflow_id = $1',
      [workflow],
    )
    expect(rows).toContainEqual({ author: ana.id })
    const { definition, editors } = await readDraft(appDatabase, workflow)
    expect(definition.nodes.map((node) => node.title)).toEqual(['Kept'])
    expect(Object.keys(editors)).toEqual([ana.id])
  })
})

describe('those who may not', () => {
  it('a viewer sees everything and changes nothing', async () => {
    const viewer = await join('viewer@example.com', 'viewer')
    const workflow = await newWorkflow()
    const [a, v] = [connect(workflow, ana.accessToken), connect(workflow, viewer.accessToken)]
    await Promise.all([synced(a), synced(v)])
    add(v, 'Smuggled in')
    add(a, 'Allowed')
    await eventually(() => expect(titles(v)).toContain('Allowed'))
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(titles(a)).toEqual(['Allowed'])
    expect(v.words).toContainEqual({ kind: 'access', canEdit: false })
    const { definition } = await readDraft(appDatabase, workflow)
    expect(definition.nodes.map((node) => node.title)).toEqual(['Allowed'])
  })

  it('a stranger is refused, and learns nothing of the workflow', async () => {
    const workflow = await newWorkflow()
    const a = connect(workflow, ana.accessToken)
    await synced(a)
    add(a, 'Secret')
    const s = connect(workflow, stranger.accessToken)
    await expect(s.closed).resolves.toMatchObject({ code: CLOSE.noAccess })
    expect(titles(s)).toEqual([])
    const nowhere = connect(crypto.randomUUID(), stranger.accessToken)
    await expect(nowhere.closed).resolves.toMatchObject({ code: CLOSE.noAccess })
  })

  it('nobody gets in without a session, or with one that is made up', async () => {
    const workflow = await newWorkflow()
    const none = connect(workflow, null)
    const madeUp = connect(workflow, `${ana.accessToken.slice(0, -4)}abcd`)
    await expect(none.closed).resolves.toMatchObject({ code: CLOSE.signedOut })
    await expect(madeUp.closed).resolves.toMatchObject({ code: CLOSE.signedOut })
  })

  it('a page of another site can’t use the cookie of this one', async () => {
    const workflow = await newWorkflow()
    const value = Buffer.from(JSON.stringify({ access_token: ana.accessToken })).toString(
      'base64url',
    )
    const headers = { cookie: `sb-localhost-auth-token=base64-${value}` }
    const own = new NodeWebSocket(`${server.url}/${workflow}`, { headers })
    await once(own, 'message')
    own.close()
    const foreign = new NodeWebSocket(`${server.url}/${workflow}`, {
      headers: { ...headers, origin: 'https://evil.example' },
    })
    const [code] = await once(foreign, 'close')
    expect(code).toBe(CLOSE.signedOut)
  })

  it('a member who is removed is out within seconds', { timeout: 20_000 }, async () => {
    const dan = await join('dan@example.com', 'editor')
    const workflow = await newWorkflow()
    const d = connect(workflow, dan.accessToken)
    await synced(d)
    await database.query('delete from public.members where user_id = $1', [dan.id])
    await expect(d.closed).resolves.toMatchObject({ code: CLOSE.noAccess })
  })

  it('a message that makes no sense ends the connection', async () => {
    const workflow = await newWorkflow()
    const socket = new NodeWebSocket(`${server.url}/${workflow}?token=${ana.accessToken}`)
    await once(socket, 'open')
    const complained = vi.spyOn(console, 'error').mockReturnValue()
    socket.send(Buffer.from([0, 2, 200, 1]))
    const [code] = await once(socket, 'close')
    complained.mockRestore()
    expect(code).toBe(CLOSE.malformed)
  })
})

describe('what was drawn', () => {
  it('is there after a restart of the server, and after it was put together', async () => {
    const workflow = await newWorkflow()
    const first = await serve()
    const a = connect(workflow, ana.accessToken, first)
    await synced(a)
    const mail = add(a, 'Mail', 'messages.email')
    a.draft.setConfig(mail, 'body', 'Dear Ana')
    a.draft.connect({ source: mail, sourcePort: 'out', target: add(a, 'Next'), targetPort: 'in' })
    const drawn = a.draft.toDefinition()
    await kept(a)
    await first.stop()
    const { rows } = await database.query(
      `select (select count(*)::int from public.workflow_draft_updates where workflow_id = $1) as updates,
              (select length(state) > 0 from public.workflow_drafts where workflow_id = $1) as has_state`,
      [workflow],
    )
    expect(rows[0]).toEqual({ updates: 0, has_state: true })
    const b = connect(workflow, ana.accessToken)
    await synced(b)
    expect(b.draft.toDefinition()).toEqual(drawn)
  })

  it('survives when Postgres was away for a moment', async () => {
    const workflow = await newWorkflow()
    const a = connect(workflow, ana.accessToken)
    await synced(a)
    await database.query('revoke insert on public.workflow_draft_updates from weft_app')
    add(a, 'Drawn meanwhile')
    const complained = vi.spyOn(console, 'error').mockReturnValue()
    await eventually(() => expect(complained).toHaveBeenCalled())
    complained.mockRestore()
    await database.query('grant insert on public.workflow_draft_updates to weft_app')
    const { definition } = await readDraft(appDatabase, workflow)
    expect(definition.nodes.map((node) => node.title)).toEqual(['Drawn meanwhile'])
  })

  it('can begin with a definition', async () => {
    const [source, copy] = [await newWorkflow(), await newWorkflow()]
    const a = connect(source, ana.accessToken)
    await synced(a)
    add(a, 'Copied')
    await kept(a)
    const { definition } = await readDraft(appDatabase, source)
    await writeDraft(appDatabase, copy, definition, () => [])
    const c = connect(copy, ana.accessToken)
    await synced(c)
    expect(titles(c)).toEqual(['Copied'])
  })
})
