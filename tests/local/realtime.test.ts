import { createHmac } from 'node:crypto'
import type { RealtimeChannel, SupabaseClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import {
  anonymousClient,
  createWorkspace,
  signUp,
  startTestStack,
  type TestPerson,
} from '../../local/testing.ts'
import type { Stack } from '../../local/stack.ts'

let stack: Stack
let sql: ReturnType<typeof postgres>
let ada: TestPerson
let bob: TestPerson
let workspace: string
const clients: SupabaseClient[] = []

beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
  sql = postgres(stack.databaseUrl, { max: 1, onnotice: () => undefined })
  ;[ada, bob] = await Promise.all([
    signUp(stack, 'ada@example.com'),
    signUp(stack, 'bob@example.com'),
  ])
  clients.push(ada.client, bob.client)
  workspace = (await createWorkspace(ada)).id
  await sql`create policy test_send on realtime.messages for insert to authenticated with check (realtime.topic() = 'open-to-send')`
  await sql`create policy test_hear on realtime.messages for select to authenticated using (realtime.topic() = 'open-to-send')`
})
afterAll(async () => {
  for (const client of clients) await client.realtime.disconnect()
  await sql.end()
  await stack.stop()
})

type Joined = {
  channel: RealtimeChannel
  status: string
  problem: string
  heard: Record<string, unknown>[]
  statuses: string[]
}

/** Joins and answers with how that went. */
function join(
  client: SupabaseClient,
  topic: string,
  config: Record<string, unknown> = { private: true },
): Promise<Joined> {
  const joined: Joined = {
    channel: client.channel(topic, { config }),
    status: '',
    problem: '',
    heard: [],
    statuses: [],
  }
  joined.channel.on('broadcast', { event: '*' }, (message) => joined.heard.push(message))
  return new Promise((resolve) => {
    joined.channel.subscribe((status, error) => {
      joined.statuses.push(status)
      joined.status ||= status
      joined.problem ||= error?.message ?? ''
      resolve(joined)
    })
  })
}

const send = (topic: string, payload: object, isPrivate = true) =>
  sql`select realtime.send(${sql.json(payload as never)}, 'execution', ${topic}, ${isPrivate})`

describe('a private channel', () => {
  test('lets a member in and delivers what the database sends', async () => {
    const { channel, status, heard } = await join(ada.client, `workspace:${workspace}`)
    expect(status).toBe('SUBSCRIBED')
    await send(`workspace:${workspace}`, { status: 'running' })
    await expect.poll(() => heard).toHaveLength(1)
    expect(heard[0]).toMatchObject({
      type: 'broadcast',
      event: 'execution',
      payload: { status: 'running' },
    })
    await channel.unsubscribe()
  })

  test('keeps strangers and the not signed in out', async () => {
    const stranger = await join(bob.client, `workspace:${workspace}`)
    expect(stranger.status).toBe('CHANNEL_ERROR')
    expect(stranger.problem).toContain('Unauthorized')
    const nobody = anonymousClient(stack)
    clients.push(nobody)
    const outsider = await join(nobody, `workspace:${workspace}`)
    expect(outsider.status).toBe('CHANNEL_ERROR')
    await send(`workspace:${workspace}`, { secret: true })
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(stranger.heard).toEqual([])
    expect(outsider.heard).toEqual([])
    await stranger.channel.unsubscribe()
    await outsider.channel.unsubscribe()
  })

  test('and the public channel of the same name hear nothing of each other', async () => {
    const open = await join(bob.client, `workspace:${workspace}`, {})
    expect(open.status).toBe('SUBSCRIBED')
    await send(`workspace:${workspace}`, { secret: true })
    await send(`workspace:${workspace}`, { open: true }, false)
    await expect.poll(() => open.heard).toHaveLength(1)
    expect(open.heard[0]?.payload).toMatchObject({ open: true })
    await open.channel.unsubscribe()
  })

  test('takes messages only from people whom a policy lets send', async () => {
    const [sender, listener] = [
      await join(ada.client, 'open-to-send'),
      await join(bob.client, 'open-to-send'),
    ]
    await sender.channel.send({ type: 'broadcast', event: 'hello', payload: { from: 'ada' } })
    await expect.poll(() => listener.heard).toHaveLength(1)
    expect(sender.heard).toEqual([])

    const mute = await join(ada.client, `workspace:${workspace}`, {
      private: true,
      broadcast: { ack: true, self: true },
    })
    expect(await mute.channel.send({ type: 'broadcast', event: 'hello', payload: {} })).toBe(
      'error',
    )
    expect(mute.heard).toEqual([])
    for (const one of [sender, listener, mute]) await one.channel.unsubscribe()
  })
})

test('messages of one transaction arrive after its commit, in their order', async () => {
  const { channel, heard } = await join(ada.client, `workspace:${workspace}`)
  await sql.begin(async (tx) => {
    for (let n = 0; n < 50; n++) {
      await tx.unsafe(
        `select realtime.send('{"n": ${n}}', 'execution', 'workspace:${workspace}', true)`,
      )
    }
    expect(heard).toEqual([])
  })
  await expect.poll(() => heard).toHaveLength(50)
  expect(heard.map((message) => (message.payload as { n: number }).n)).toEqual([
    ...Array(50).keys(),
  ])
  await channel.unsubscribe()
})

test('messages of a transaction that is undone never arrive', async () => {
  const { channel, heard } = await join(ada.client, `workspace:${workspace}`)
  await sql
    .begin(async (tx) => {
      await tx.unsafe(`select realtime.send('{}', 'execution', 'workspace:${workspace}', true)`)
      throw new Error('undo')
    })
    .catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(heard).toEqual([])
  await channel.unsubscribe()
})

test('a row trigger sends changed rows with realtime.broadcast_changes', async () => {
  await sql.unsafe(`
    create table public.things (id int primary key, name text);
    create function public.things_changed() returns trigger language plpgsql security definer set search_path = '' as $$
    begin
      perform realtime.broadcast_changes('workspace:${workspace}', tg_op, tg_op, tg_table_name, tg_table_schema, new, old);
      return null;
    end $$;
    create trigger things_changed after insert or update or delete on public.things
      for each row execute function public.things_changed();
  `)
  const { channel, heard } = await join(ada.client, `workspace:${workspace}`)
  await sql`insert into public.things values (1, 'loom')`
  await expect.poll(() => heard).toHaveLength(1)
  expect(heard[0]).toMatchObject({
    event: 'INSERT',
    payload: {
      operation: 'INSERT',
      table: 'things',
      schema: 'public',
      record: { id: 1, name: 'loom' },
      old_record: null,
    },
  })
  await channel.unsubscribe()
})

describe('a token', () => {
  const sign = (claims: object) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
    return `${text}.${createHmac('sha256', stack.jwtSecret).update(text).digest('base64url')}`
  }
  const tokenOf = (person: TestPerson, seconds: number) => {
    const now = Math.floor(Date.now() / 1000)
    return sign({
      sub: person.id,
      role: 'authenticated',
      email: person.email,
      iat: now,
      exp: now + seconds,
    })
  }
  const clientWith = async (token: string) => {
    const client = anonymousClient(stack)
    clients.push(client)
    await client.realtime.setAuth(token)
    return client
  }

  test('that runs out ends the channel', async () => {
    const joined = await join(await clientWith(tokenOf(ada, 2)), `workspace:${workspace}`)
    expect(joined.status).toBe('SUBSCRIBED')
    await expect.poll(() => joined.statuses, { timeout: 5000 }).toContain('CLOSED')
    await send(`workspace:${workspace}`, { late: true })
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(joined.heard).toEqual([])
  })

  test('that is renewed in time keeps it open', async () => {
    const client = await clientWith(tokenOf(ada, 2))
    const joined = await join(client, `workspace:${workspace}`)
    await client.realtime.setAuth(tokenOf(ada, 60))
    await new Promise((resolve) => setTimeout(resolve, 2500))
    expect(joined.statuses).toEqual(['SUBSCRIBED'])
    await send(`workspace:${workspace}`, { later: true })
    await expect.poll(() => joined.heard).toHaveLength(1)
  })

  test('of somebody else ends what that one may not hear', async () => {
    const client = await clientWith(tokenOf(ada, 60))
    const joined = await join(client, `workspace:${workspace}`)
    await client.realtime.setAuth(tokenOf(bob, 60))
    await expect.poll(() => joined.statuses).toContain('CLOSED')
  })

  test('renewed after its person left the workspace ends the channel', async () => {
    const client = await clientWith(tokenOf(bob, 60))
    await sql`insert into public.members (workspace_id, user_id, role) values (${workspace}, ${bob.id}, 'viewer')`
    const joined = await join(client, `workspace:${workspace}`)
    expect(joined.status).toBe('SUBSCRIBED')
    await sql`delete from public.members where user_id = ${bob.id}`
    await client.realtime.setAuth(tokenOf(bob, 61))
    await expect.poll(() => joined.statuses).toContain('CLOSED')
  })

  test('that was forged or has run out opens nothing', async () => {
    const good = tokenOf(ada, 60)
    for (const bad of [`${good.slice(0, -3)}AAA`, tokenOf(ada, -5)]) {
      const joined = await join(await clientWith(bad), `workspace:${workspace}`)
      expect(joined.status).toBe('CHANNEL_ERROR')
      await joined.channel.unsubscribe()
    }
  })
})

test('people see who else is there, until they leave', async () => {
  const lobby = { presence: { enabled: true } }
  const [one, two] = [
    await join(ada.client, 'lobby', lobby),
    await join(bob.client, 'lobby', lobby),
  ]
  await two.channel.track({ name: 'Bob' })
  await expect
    .poll(() => Object.values(one.channel.presenceState()).flat())
    .toMatchObject([{ name: 'Bob' }])
  await two.channel.unsubscribe()
  await expect.poll(() => one.channel.presenceState()).toEqual({})
  await one.channel.unsubscribe()
})

test('a broadcast can be sent over HTTP, if a policy lets it', async () => {
  const listener = await join(bob.client, 'open-to-send')
  const sender = ada.client.channel('open-to-send', { config: { private: true } })
  expect(await sender.httpSend('note', { over: 'http' })).toMatchObject({ success: true })
  await expect.poll(() => listener.heard).toHaveLength(1)
  const refused = ada.client.channel(`workspace:${workspace}`, { config: { private: true } })
  await expect(refused.httpSend('note', {})).rejects.toThrow('Unauthorized')
  await listener.channel.unsubscribe()
  await ada.client.removeAllChannels()
})

test('Postgres Changes are refused with a reason instead of staying silent', async () => {
  const channel = ada.client
    .channel('changes')
    .on('postgres_changes', { event: '*', schema: 'public', table: 'things' }, () => undefined)
  const problem = await new Promise<string>((resolve) =>
    channel.subscribe((_status, error) => resolve(error?.message ?? '')),
  )
  expect(problem).toContain('PostgresChangesUnsupported')
  await ada.client.removeAllChannels()
})

describe('the wire', () => {
  const address = (query: string) =>
    `${stack.apiUrl.replace('http', 'ws')}/realtime/v1/websocket?${query}`

  test('wants an API key', async () => {
    const socket = new WebSocket(address('vsn=2.0.0&apikey=wrong'))
    const status = await new Promise((resolve) => {
      socket.on('unexpected-response', (_request, answer) => resolve(answer.statusCode))
      socket.on('error', resolve)
    })
    expect(status).toBe(403)
  })

  test('speaks version 1.0.0, answers heartbeats and outlives nonsense', async () => {
    const socket = new WebSocket(address(`vsn=1.0.0&apikey=${stack.anonKey}`))
    const heard: Record<string, unknown>[] = []
    socket.on('message', (data: Buffer) =>
      heard.push(JSON.parse(data.toString()) as Record<string, unknown>),
    )
    await new Promise((resolve) => socket.on('open', resolve))
    for (const nonsense of [
      'no json',
      '[]',
      '{}',
      '[null,null,1,2,3]',
      '"x"',
      Buffer.from([3]),
      Buffer.from([9, 9, 9]),
    ]) {
      socket.send(nonsense)
    }
    socket.send(JSON.stringify({ topic: 'phoenix', event: 'heartbeat', payload: {}, ref: '7' }))
    await expect.poll(() => heard).toHaveLength(1)
    expect(heard[0]).toEqual({
      join_ref: null,
      ref: '7',
      topic: 'phoenix',
      event: 'phx_reply',
      payload: { status: 'ok', response: {} },
    })
    socket.close()
  })
})
