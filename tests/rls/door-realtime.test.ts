import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { House, opensFor, visits, type Visitor } from './house.ts'
import { accountOf } from './identities.ts'
import type { Tenant } from './two-workspaces.ts'

let house: House
const clients = new Map<Visitor, SupabaseClient>()

beforeAll(async () => {
  house = await House.open()
  for (const visitor of house.visitors) clients.set(visitor, clientOf(visitor.token))
})
afterAll(async () => {
  for (const client of clients.values()) await client.realtime.disconnect()
  await house.close()
})

function clientOf(token: string): SupabaseClient {
  return createClient(house.stack.apiUrl, house.stack.anonKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    ...(token === '' ? {} : { accessToken: () => Promise.resolve(token) }),
  })
}

const topics = ({ workspace, workflow, execution, pipeline }: Tenant): string[] => [
  `workspace:${workspace}`,
  `approvals:${workspace}`,
  `workflow:${workflow}`,
  `execution:${execution}`,
  `pipeline:${pipeline}`,
]

interface Listening {
  status: string
  heard: unknown[]
}

/** Joins a channel; what's said on it from then on is in `heard`. */
function listen(visitor: Visitor, topic: string, isPrivate: boolean): Promise<Listening> {
  const client = clients.get(visitor)
  if (!client) throw new Error(`${visitor.name} has no client`)
  const channel = client.channel(topic, { config: { private: isPrivate } })
  const heard: unknown[] = []
  channel.on('broadcast', { event: '*' }, (message) => heard.push(message))
  return new Promise((resolve) => channel.subscribe((status) => resolve({ status, heard })))
}

test('a topic is heard by members of its workspace, and by nobody else', async () => {
  const listeners: { title: string; may: boolean; listening: Listening }[] = []
  for (const [title, visitor, own] of visits(house))
    for (const topic of topics(house.workspace(visitor, own)))
      listeners.push({
        title: `${title}: ${topic}`,
        may: opensFor('viewer+', visitor, own),
        listening: await listen(visitor, topic, true),
      })
  expect(
    listeners.filter(({ may, listening }) => may !== (listening.status === 'SUBSCRIBED')),
  ).toEqual([])

  for (const tenant of [house.tenants.ann, house.tenants.bob])
    for (const topic of topics(tenant))
      await house.db.query(`select realtime.send('{"said": true}', 'x', $1, true)`, [topic])
  const wrong = () => listeners.filter(({ may, listening }) => may !== listening.heard.length > 0)
  await expect.poll(wrong, { timeout: 10_000 }).toEqual([])
})

test('a channel that isn’t private hears nothing of what the database says to members', async () => {
  const alone = clientOf('')
  const topic = `workspace:${house.tenants.ann.workspace}`
  const heard: unknown[] = []
  const channel = alone.channel(topic, { config: { private: false } })
  channel.on('broadcast', { event: '*' }, (message) => heard.push(message))
  await new Promise<void>((resolve) => channel.subscribe(() => resolve()))
  await house.db.query(`select realtime.send('{"said": 1}', 'x', $1, true)`, [topic])
  // What is open to all does arrive: so the wait was long enough.
  await house.db.query(`select realtime.send('{"said": 2}', 'open', $1, false)`, [topic])
  await expect.poll(() => heard, { timeout: 10_000 }).not.toEqual([])
  expect(heard).toMatchObject([{ event: 'open' }])
  await alone.realtime.disconnect()
})

test('who is removed while listening is out within seconds', async () => {
  const viewer = house.visitors.find(({ identity }) => identity.name === 'viewer')
  if (!viewer) throw new Error('there is no viewer')
  const { workspace } = house.tenants.ann
  const topic = `workspace:${workspace}`
  const client = clientOf(viewer.token)
  await client.realtime.setAuth()
  const heard: unknown[] = []
  const states: string[] = []
  const channel = client.channel(topic, { config: { private: true } })
  channel.on('broadcast', { event: '*' }, (message) => heard.push(message))
  channel.subscribe((state) => states.push(state))
  await expect.poll(() => states, { timeout: 10_000 }).toEqual(['SUBSCRIBED'])

  const member = [workspace, accountOf(viewer.identity, house.tenants)]
  const removed = await house.db.query<{ role: string }>(
    'delete from public.members where workspace_id = $1 and user_id = $2 returning role',
    member,
  )
  await expect.poll(() => states.length, { timeout: 10_000 }).toBeGreaterThan(1)
  await house.db.query(`select realtime.send('{"said": 1}', 'x', $1, true)`, [topic])
  // Long enough: what is open to all arrives.
  const open = client.channel('open', { config: { private: false } })
  const arrived: unknown[] = []
  open.on('broadcast', { event: '*' }, (message) => arrived.push(message))
  await new Promise<void>((resolve) => open.subscribe(() => resolve()))
  await house.db.query(`select realtime.send('{"said": 2}', 'open', 'open', false)`)
  await expect.poll(() => arrived, { timeout: 10_000 }).not.toEqual([])
  expect(heard).toEqual([])

  await client.realtime.disconnect()
  await house.db.query(
    'insert into public.members (workspace_id, user_id, role) values ($1, $2, $3)',
    [...member, removed.rows[0]?.role],
  )
})
