import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fill } from './cells.ts'
import { House, opensFor, shortVisits, type Visitor } from './house.ts'
import type { Tenant } from './two-workspaces.ts'

/** One address of a function, with the ids of the workspace in question. */
interface Door {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  body?: Record<string, unknown>
  /** By the words of the matrix. */
  who: string
}

/** The doors of the api, each as the app uses it. One of api/routes.ts that isn't here fails the test. */
const api: Door[] = [
  { method: 'GET', path: 'workspaces/$workspace/workflows', who: 'viewer+' },
  { method: 'GET', path: 'executions/$execution', who: 'viewer+' },
  {
    ...{ method: 'POST', path: 'executions', who: 'operator+' },
    body: { workflow: '$workflow', version: '$version', node: 'hook' },
  },
  { method: 'POST', path: 'executions/$execution/cancel', who: 'operator+' },
  { method: 'POST', path: 'executions/$execution/pause', who: 'operator+' },
  { method: 'POST', path: 'executions/$execution/resume', who: 'operator+' },
  { method: 'POST', path: 'executions/$execution/retry', who: 'operator+' },
  {
    ...{ method: 'POST', path: 'executions/$execution/verdict', who: 'operator+' },
    body: { node: 'hook', verdict: 'again' },
  },
  { method: 'POST', path: 'executions/$execution/replay', who: 'operator+', body: {} },
  { method: 'GET', path: 'executions/$execution/replay-plan', who: 'operator+' },
  {
    ...{ method: 'POST', path: 'executions/replay', who: 'operator+' },
    body: { executions: ['$execution'] },
  },
  {
    ...{ method: 'POST', path: 'webhooks/secret', who: 'editor+' },
    body: { workflow: '$workflow', node: 'hook' },
  },
  {
    ...{ method: 'DELETE', path: 'webhooks/secret', who: 'editor+' },
    body: { workflow: '$workflow', node: 'hook' },
  },
  {
    ...{ method: 'POST', path: 'invitations', who: 'admin+' },
    body: { workspace: '$workspace', email: 'door@example.org', role: 'viewer' },
  },
  { method: 'POST', path: 'invitations/$invitation/resend', who: 'admin+' },
  {
    ...{ method: 'POST', path: 'connections', who: 'editor+' },
    body: { workspace: '$workspace', kind: 'http.bearer', name: 'Made', fields: {} },
  },
  { method: 'POST', path: 'connections/$connection/test', who: 'editor+' },
  { method: 'POST', path: 'connections/$connection/rotate', who: 'admin+', body: { fields: {} } },
  {
    ...{ method: 'POST', path: 'connections/$connection/share', who: 'admin+' },
    body: { name: 'Shared', used_by: 'editor' },
  },
  {
    ...{ method: 'POST', path: 'connections/$connection/sign-in', who: 'admin+' },
    body: { return_to: 'http://localhost/elsewhere' },
  },
  { method: 'POST', path: 'connections/$connection/revoke', who: 'admin+' },
  {
    // Whose sign-in it was is known by the state alone.
    ...{ method: 'POST', path: 'connections/return', who: 'signed-in*' },
    body: { state: 'unknown', code: 'unknown' },
  },
]

/** Functions that no person may call, whoever they are. */
const installation = ['worker', 'tick', 'inbound']
/** Functions for whoever knows an address: what they answer depends on it alone. */
const open = ['webhook']

const functionsFolder = join(import.meta.dirname, '../../supabase/functions')

let house: House
beforeAll(async () => {
  house = await House.open({ functions: true })
  // The fixtures' aren't encrypted with a key that there is.
  await house.db.query('delete from private.connection_secrets')
})
afterAll(() => house.close())

const withIds = (text: string, tenant: Tenant): string =>
  text.replace(/\$\w+/g, (id) => fill(id, tenant, tenant.user).slice(1, -1))

async function knock(door: Omit<Door, 'who'>, tenant: Tenant, token: string): Promise<number> {
  const answer = await fetch(`${house.stack.apiUrl}/functions/v1/${withIds(door.path, tenant)}`, {
    method: door.method,
    headers: {
      apikey: house.stack.anonKey,
      authorization: `Bearer ${token === '' ? house.stack.anonKey : token}`,
      'content-type': 'application/json',
    },
    body: door.method === 'GET' ? null : withIds(JSON.stringify(door.body ?? {}), tenant),
  })
  await answer.text()
  return answer.status
}

/** How a door should answer somebody. */
function isRight(status: number, may: boolean, { token }: Visitor): boolean {
  if (may) return status < 500 && ![401, 403, 404].includes(status)
  return token === '' ? status === 401 : status === 403 || status === 404
}

test('every function has its doors here', () => {
  const folders = readdirSync(functionsFolder).filter((name) => /^[a-z]/.test(name))
  const known = ['api', 'deno.json', ...installation, ...open]
  expect(folders.filter((name) => !known.includes(name))).toEqual([])
})

test('every address of the api is here', () => {
  const text = readFileSync(join(functionsFolder, 'api/routes.ts'), 'utf8')
  const routes = [...text.matchAll(/method: '(\w+)',\s*path: ([^\n]+?),\s*handle/g)]
  expect(routes).not.toEqual([])
  const shapeOf = (method: string, path: string): string =>
    `${method} ${path.replace(/^new RegExp\(`|`\)$|^\/|\/$|[\^$\\]|\?<\w+>|[()]/g, '')}`
  const missing = routes
    .map(([, method = '', path = '']) => shapeOf(method, path.replaceAll('${ID}', 'ID')))
    .filter(
      (shape) =>
        !api.some(({ method, path }) => shape === `${method} /${path.replace(/\$\w+/, 'ID')}`),
    )
  expect(missing).toEqual([])
})

describe('a door of the api opens for those who may, in their own workspace only', () => {
  test.each(api.map((door) => [`${door.method} ${door.path}`, door] as const))(
    '%s',
    async (_name, door) => {
      const wrong: string[] = []
      // Refused ones first: what others do would change what is there.
      const all = shortVisits(house).map(([title, visitor, own]) => ({
        ...{ title, visitor, own, may: opensFor(door.who, visitor, own) },
      }))
      for (const { title, visitor, own, may } of all.toSorted((a, b) => +a.may - +b.may)) {
        const status = await knock(
          { ...door, path: `api/${door.path}` },
          house.workspace(visitor, own),
          visitor.token,
        )
        if (!isRight(status, may, visitor)) wrong.push(`${title}: ${status}`)
      }
      expect(wrong).toEqual([])
    },
  )
})

test('a token that isn’t one opens nothing', async () => {
  const owner = house.visitors.find(({ name }) => name === 'owner')?.token ?? ''
  const [head = '', claims = '', signature = ''] = owner.split('.')
  const forged = Buffer.from(
    JSON.stringify({
      ...JSON.parse(Buffer.from(claims, 'base64url').toString()),
      role: 'service_role',
    }),
  ).toString('base64url')
  for (const token of ['x', `${head}.${forged}.${signature}`, `${head}.${claims}.`])
    for (const door of api)
      expect(await knock({ ...door, path: `api/${door.path}` }, house.tenants.ann, token)).toBe(401)
})

test.each(installation)('%s is not for people', async (name) => {
  for (const visitor of house.visitors) {
    const status = await knock({ method: 'POST', path: name }, house.tenants.ann, visitor.token)
    expect([visitor.name, status]).toEqual([visitor.name, 401])
  }
})

test('a webhook’s address is all that counts: no token opens another one', async () => {
  for (const visitor of house.visitors) {
    const at = (path: string) => knock({ method: 'POST', path }, house.tenants.ann, visitor.token)
    expect(await at(`webhook/${'0'.repeat(64)}`)).toBe(404)
    expect(await at(`webhook/${house.tenants.ann.workflow}`)).toBe(404)
  }
})
