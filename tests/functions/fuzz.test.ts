import { request, Agent } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Random } from '../simulation/random.ts'
import { manual, row, set, webhook } from './drawing.ts'
import { FunctionsProcess } from './functions-process.ts'
import { Malformer, type Malformed } from './malformed.ts'
import { apiPaths, NOT_HTTP } from './malformed-parts.ts'
import { Office } from './office.ts'

/** WEFT_FUZZ_SEED=… repeats a run that found something. */
const SEED = Number(process.env['WEFT_FUZZ_SEED'] ?? 20261123)
const REQUESTS = 10_000
const AT_ONCE = 48

let office: Office
let functions: FunctionsProcess

beforeAll(async () => {
  office = await Office.open()
  functions = await FunctionsProcess.start(office.stack, 'functions')
})
afterAll(async () => {
  await functions.stop()
  await office.close()
})

const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })

interface Got {
  status: number
  text: string
}

function send({ method, path, headers, body }: Malformed): Promise<Got> {
  const url = new URL(functions.url)
  return new Promise((resolve, reject) => {
    const outgoing = request(
      // Addresses as they are: a URL would mend them.
      {
        agent,
        host: url.hostname,
        port: url.port,
        method,
        path: escaped(path),
        headers: shown(headers),
      },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
        )
        answer.on('error', reject)
      },
    )
    outgoing.on('error', reject)
    outgoing.end(method === 'GET' ? undefined : (body ?? undefined))
  })
}

/** Node sends no blanks and control characters in an address. */
const escaped = (path: string): string => path.replace(/[^\x21-\x7e]/g, '%20')

const shown = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.trim()]))

/** What came back over a plain socket; 0 when it was closed without a word. */
function sendRaw(text: string): Promise<number> {
  const { hostname, port } = new URL(functions.url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.end(text, 'latin1'))
    let said = ''
    socket.on('data', (chunk) => (said += chunk.toString('latin1')))
    socket.on('error', () => socket.destroy())
    socket.setTimeout(2_000, () => socket.destroy())
    socket.on('close', () => resolve(Number(/^HTTP\/1\.[01] (\d{3})/.exec(said)?.[1] ?? 0)))
  })
}

async function webhookToken(config: Record<string, unknown>, secret?: string) {
  const made = await office.liveWebhook(row(webhook(config), set('done', { ok: true })))
  if (secret !== undefined)
    await office.ask('webhooks/secret', { workflow: made.workflow, node: 'hook', secret })
  return { ...made, token: made.url.split('/').at(-1) ?? '' }
}

test('10,000 malformed requests are each answered, none with a fault, and start nothing that they shouldn’t', async () => {
  const open = await webhookToken({ maxBodyKb: 16 })
  const guarded = await Promise.all(
    ['token', 'hmac', 'basic', 'github', 'stripe', 'standard'].map((verify) =>
      webhookToken({ verify }, 'a good secret'),
    ),
  )
  const known = await webhookToken({ deliveryHeader: 'X-Delivery' })
  const listed = await webhookToken({ allowFrom: '203.0.113.0/24' })
  const unset = await webhookToken({ verify: 'token' })
  const paused = await webhookToken({})
  await office.rpc('pause_workflow', { p_workflow: paused.workflow })
  const { workflow, version } = await office.live(row(manual))
  const begun = await office.ask('executions', { workflow, version, node: 'start' })
  const execution = String(begun.body['execution'])
  await office.until(execution)

  const apiKey = await office.rpc<string>('create_api_key', {
    ...{
      p_workspace: office.workspace,
      p_name: 'Careless',
      p_scopes: ['workflows:read', 'executions:read', 'executions:run', 'executions:control'],
    },
  })
  expect(apiPaths.length).toBeGreaterThan(20)

  const closed = [...guarded, listed, unset, paused]
  const malformer = new Malformer(new Random(SEED), {
    tokens: [open, known, ...closed].map(({ token }) => token),
    accessToken: office.person.accessToken,
    apiKey,
    functionSecret: office.stack.functionsEnv['WEFT_FUNCTION_SECRET'] ?? '',
    ids: { workspace: office.workspace, workflow, version, execution },
  })
  const requests = Array.from({ length: REQUESTS }, () => malformer.next())
  const started = new Set<string>([execution])
  const wrong: string[] = []
  const statuses = new Map<number, number>()
  let at = 0
  const work = async () => {
    for (let mine = at++; mine < requests.length; mine = at++) {
      const sent = requests[mine]
      if (sent === undefined) return
      const got = await send(sent).catch((problem: unknown) => ({
        status: 0,
        text: String(problem),
      }))
      statuses.set(got.status, (statuses.get(got.status) ?? 0) + 1)
      const id = /"execution":"([0-9a-f-]{36})"/.exec(got.text)?.[1]
      if (got.status < 300 && id !== undefined) started.add(id)
      if (got.status === 0 || got.status >= 500)
        wrong.push(
          `#${mine} ${sent.method} ${sent.path.slice(0, 120)} ${JSON.stringify({ ...sent.headers, authorization: sent.headers['authorization']?.slice(0, 20) }).slice(0, 200)} ${JSON.stringify(Buffer.from(sent.body ?? '').toString('latin1')).slice(0, 200)}: ${got.status} ${got.text.slice(0, 200)}`,
        )
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  console.log(`seed ${SEED}:`, Object.fromEntries([...statuses].sort(([a], [b]) => a - b)))
  expect(wrong.slice(0, 10)).toEqual([])

  // Each execution is one that somebody was told of; a webhook that checks its senders has none at all.
  const { rows } = await office.db.query<{ id: string }>(`select id from public.executions`)
  expect(rows.map(({ id }) => id).filter((id) => !started.has(id))).toEqual([])
  for (const { workflow: guardedOne } of closed) expect(await office.executions(guardedOne)).toBe(0)
  expect(functions.output).not.toMatch(/weft: |failed|unhandled/i)

  // It is all there still.
  const answer = await send({
    method: 'POST',
    path: `/webhook/${open.token}`,
    headers: { 'content-type': 'application/json' },
    body: new TextEncoder().encode('{"name":"Ada"}'),
  })
  expect(answer.status).toBe(202)
  const [, id] = /"execution":"([0-9a-f-]{36})"/.exec(answer.text) ?? []
  expect((await office.until(id)).status).toBe('succeeded')
}, 120_000)

test('what is no HTTP at all is closed or refused', async () => {
  const { token, workflow } = await webhookToken({ verify: 'token' }, 'a good secret')
  const paths = [
    `webhook/${token}`,
    'webhook/callback/x',
    'api/executions',
    'inbound',
    'tick',
    'worker',
  ]
  const wrong: string[] = []
  for (const path of paths) {
    const sent = NOT_HTTP.map(async (text) => {
      const status = await sendRaw(text.replace('PATH', path))
      if (status >= 500 || (status > 0 && status < 400 && status !== 100))
        wrong.push(`${JSON.stringify(text.slice(0, 100))} to ${path}: ${status}`)
    })
    await Promise.all(sent)
  }
  expect(wrong).toEqual([])
  expect(await office.executions(workflow)).toBe(0)
  expect((await send({ method: 'GET', path: '/tick', headers: {}, body: null })).status).toBe(401)
}, 30_000)
