import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Stack } from '../../local/stack.ts'
import {
  createWorkspace,
  signUp,
  startTestApp,
  startTestStack,
  type TestPerson,
} from '../../local/testing.ts'
import { NOT_HTTP } from '../functions/malformed-parts.ts'
import { Random } from '../simulation/random.ts'
import {
  allRoutes,
  PageMalformer,
  STRANGE_UPGRADES,
  type MalformedVisit,
} from './malformed-pages.ts'

/** WEFT_FUZZ_SEED=… repeats a run that found something. */
const SEED = Number(process.env['WEFT_FUZZ_SEED'] ?? 20261123)
const REQUESTS = 10_000
const AT_ONCE = 24
/** What the app writes when something went wrong that nobody foresaw, and what is written when it ends. */
const FAULT = /problem [0-9a-f]{8} at|stopped \(exit|nobody waited for/

let stack: Stack
let app: { url: string; stop(): Promise<void> }
let db: Client
let ada: TestPerson
let ids: { workspace: string; workflow: string; execution: string }

beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
  db = new Client({ connectionString: stack.databaseUrl })
  await db.connect()
  app = await startTestApp(stack)
  ada = await signUp(stack, 'ada@example.com')
  const workspace = (await createWorkspace(ada, 'Acme')).id
  const { data, error } = await ada.client
    .from('workflows')
    .insert({ workspace_id: workspace, name: 'Orders' })
    .select('id')
    .single()
  if (error) throw error
  ids = { workspace, workflow: String(data.id), execution: crypto.randomUUID() }
})
afterAll(async () => {
  await app.stop()
  await db.end()
  await stack.stop()
})

const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })

interface Got {
  status: number
  text: string
  policy: string
  isPage: boolean
}

const send = ({ method, path, headers, body }: MalformedVisit): Promise<Got> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(app.url)
    const outgoing = request(
      {
        ...{ agent, host: hostname, port, method },
        path: path.replace(/[^\x21-\x7e]/g, '%20'),
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, value.trim()]),
        ),
      },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            text: Buffer.concat(chunks).toString(),
            policy: String(answer.headers['content-security-policy'] ?? ''),
            isPage: /html/.test(answer.headers['content-type'] ?? ''),
          }),
        )
        answer.on('error', reject)
      },
    )
    outgoing.on('error', (problem: NodeJS.ErrnoException) => {
      // The server may have let go of an idle connection at this very moment; such a request is sent again, on a new one
      // (https://nodejs.org/api/http.html#requestreusedsocket).
      if (outgoing.reusedSocket && problem.code === 'ECONNRESET')
        send({ method, path, headers, body }).then(resolve, reject)
      else reject(problem)
    })
    outgoing.end(body ?? undefined)
  })

/** What came back over a plain socket; 0 when it was closed without a word. */
function sendRaw(text: string): Promise<number> {
  const { hostname, port } = new URL(app.url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(text, 'latin1'))
    let said = ''
    socket.on('data', (chunk) => (said += chunk.toString('latin1')))
    socket.on('error', () => socket.destroy())
    socket.setTimeout(700, () => socket.destroy())
    socket.on('close', () => resolve(Number(/^HTTP\/1\.[01] (\d{3})/.exec(said)?.[1] ?? 0)))
  })
}

/** Signs in as a browser does; the cookies that it would send from then on. */
async function cookiesOf({ email, password }: TestPerson): Promise<string> {
  const answer = await fetch(`${app.url}/sign-in`, {
    method: 'POST',
    headers: { origin: app.url, accept: 'text/html' },
    body: new URLSearchParams({ email, password }),
    redirect: 'manual',
  })
  const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0])
  expect(cookies.join()).toContain('auth-token')
  return cookies.join('; ')
}

function appLog(): string {
  const folder = join(stack.dataDir, 'logs')
  return readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n')
}

/** A page that takes a person's own data from the database: it works only if all of the app does. */
async function isWell(cookie: string): Promise<boolean> {
  const page = await send({
    ...{ method: 'GET', path: `/w/${ids.workspace}/workflows`, body: null },
    headers: { cookie, accept: 'text/html' },
  })
  return page.status === 200 && page.text.includes('Acme')
}

test('10,000 malformed requests to the app’s pages and addresses give no fault, and each page has its policy', async () => {
  expect(allRoutes.length).toBeGreaterThan(30)
  const cookies = {
    steady: await cookiesOf(ada),
    passing: await cookiesOf(await signUp(stack, 'bob@example.com')),
  }
  const malformer = new PageMalformer(new Random(SEED), { origin: app.url, ids, cookies })
  const visits = Array.from({ length: REQUESTS }, () => malformer.next())
  const statuses = new Map<number, number>()
  const wrong: string[] = []
  const bare: string[] = []
  let at = 0
  const work = async () => {
    for (let mine = at++; mine < visits.length; mine = at++) {
      const visit = visits[mine]
      if (visit === undefined) return
      const got = await send(visit).catch((problem: unknown) => ({
        ...{ status: 0, text: String(problem), policy: '', isPage: false },
      }))
      statuses.set(got.status, (statuses.get(got.status) ?? 0) + 1)
      const said = `#${mine} ${visit.method} ${visit.path.slice(0, 140)} ${visit.headers['content-type'] ?? ''} ${JSON.stringify(
        Buffer.from(visit.body ?? '')
          .toString('latin1')
          .slice(0, 120),
      )}: ${got.status} ${got.text.slice(0, 160)}`
      // What is too large isn't read to its end.
      const isCutOff = got.status === 0 && (visit.body?.length ?? 0) > 500_000
      if (got.status >= 500 || (got.status === 0 && !isCutOff)) wrong.push(said)
      if (got.isPage && !/(script-src|default-src 'none')/.test(got.policy)) bare.push(said)
      if (/script-src [^;]*unsafe/.test(got.policy)) bare.push(said)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  console.log(`seed ${SEED}:`, Object.fromEntries([...statuses].sort(([a], [b]) => a - b)))
  expect(wrong.slice(0, 20)).toEqual([])
  expect(bare.slice(0, 10)).toEqual([])
  expect(await isWell(cookies.steady)).toBe(true)
  expect(appLog()).not.toMatch(FAULT)
}, 180_000)

test('handshakes that are none, and what is no HTTP at all, are closed or refused, and the app goes on', async () => {
  const cookie = await cookiesOf(ada)
  const texts = [...STRANGE_UPGRADES, ...NOT_HTTP].map((text) =>
    text.replaceAll('WORKFLOW', ids.workflow).replaceAll('PATH', 'sign-in'),
  )
  const statuses = await Promise.all(texts.map(sendRaw))
  const wrong = texts
    .map((text, at) => `${JSON.stringify(text.slice(0, 160))}: ${statuses[at] ?? 0}`)
    .filter((_said, at) => (statuses[at] ?? 0) >= 500)
  expect(wrong).toEqual([])
  expect(await isWell(cookie)).toBe(true)
  expect(appLog()).not.toMatch(FAULT)
})
