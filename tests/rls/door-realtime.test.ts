import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { House, opensFor, visits, type Visitor } from './house.ts'
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
