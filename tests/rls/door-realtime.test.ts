import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fill } from './cells.ts'
import { House, opensFor, visits, type Visitor } from './house.ts'
import { accountOf } from './identities.ts'
import { tables } from './matrix.ts'
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

/** Every kind of topic there is, by the matrix: its name, and who listens to it. */
const kinds = Object.entries(tables).flatMap(([line, { settings, select = '' }]) => {
  const topic = line.startsWith('realtime.messages') ? settings?.['realtime.topic'] : undefined
  return topic === undefined ? [] : [{ topic, who: select.replace(' service*', '') }]
})

const topics = (tenant: Tenant): { topic: string; who: string }[] =>
  kinds.map(({ topic, who }) => ({
    ...{ who, topic: fill(`'${topic}'`, tenant, tenant.user).slice(1, -1) },
  }))

test('every kind of topic that the database knows is in the matrix', async () => {
  const { rows } = await house.db.query<{ text: string }>(
    `select string_agg(prosrc, ' ') as text from pg_proc
     where oid in ('private.workspace_of_topic(text)'::regprocedure, 'private.may_hear(text)'::regprocedure)`,
  )
  const known = [...(rows[0]?.text ?? '').matchAll(/(?:when|1\) =) '([a-z]+)'/g)].map(
    ([, kind = '']) => kind,
  )
  const named = new Set(kinds.map(({ topic }) => topic.split(':')[0]))
  expect(known.length).toBeGreaterThan(5)
  expect(new Set(known)).toEqual(named)
})

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
    for (const { topic, who } of topics(house.workspace(visitor, own)))
      listeners.push({
        title: `${title}: ${topic}`,
        may: opensFor(who, visitor, own),
        listening: await listen(visitor, topic, true),
      })
  expect(
    listeners.filter(({ may, listening }) => may !== (listening.status === 'SUBSCRIBED')),
  ).toEqual([])

  for (const tenant of [house.tenants.ann, house.tenants.bob])
    for (const { topic } of topics(tenant))
      await house.db.query(`select realtime.send('{"said": true}', 'x', $1, true)`, [topic])
  const wrong = () => listeners.filter(({ may, listening }) => may !== listening.heard.length > 0)
  await expect.poll(wrong, { timeout: 10_000 }).toEqual([])
})

test('nobody speaks on a topic: not over a channel that they hear, nor by a request', async () => {
  const said = { event: 'x', payload: { said: 'by a person' } }
  const heard: unknown[][] = []
  const speakers = visits(house).filter(([, { token }, own]) => token !== '' && own)
  for (const [, visitor, own] of speakers) {
    const client = clientOf(visitor.token)
    for (const { topic } of topics(house.workspace(visitor, own))) {
      const channel = client.channel(topic, { config: { private: true } })
      const mine: unknown[] = []
      heard.push(mine)
      channel.on('broadcast', { event: '*' }, (message) => mine.push(message))
      const state = await new Promise((resolve) => channel.subscribe(resolve))
      if (state === 'SUBSCRIBED') await channel.send({ type: 'broadcast', ...said })
      const answer = await fetch(`${house.stack.apiUrl}/realtime/v1/api/broadcast`, {
        method: 'POST',
        headers: {
          ...{ apikey: house.stack.anonKey, authorization: `Bearer ${visitor.token}` },
          'content-type': 'application/json',
        },
        body: JSON.stringify({ messages: [{ topic, ...said, private: true }] }),
      })
      await answer.text()
    }
    clients.set({ ...visitor, name: `${visitor.name} who speaks` }, client)
  }
  // What the database says afterwards arrives; so the wait was long enough.
  for (const { topic } of topics(house.tenants.ann))
    await house.db.query(`select realtime.send('{"said": "last"}', 'x', $1, true)`, [topic])
  await expect.poll(() => heard.flat().length, { timeout: 10_000 }).toBeGreaterThan(10)
  expect(JSON.stringify(heard)).not.toContain('by a person')
  const kept = await house.db.query(
    `select from realtime.messages where payload::text like '%by a person%'`,
  )
  expect(kept.rowCount).toBe(0)
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
