import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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

beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
  sql = postgres(stack.databaseUrl, { max: 1, onnotice: () => undefined })
  ;[ada, bob] = await Promise.all([
    signUp(stack, 'ada@example.com'),
    signUp(stack, 'bob@example.com'),
  ])
  await sql.unsafe(`
    create table public.notes (
      id bigint generated always as identity primary key,
      owner uuid not null default auth.uid(),
      body text not null,
      extra jsonb,
      written_at timestamptz not null default '2026-11-23 04:05:06.789+00',
      local_at timestamp not null default '2026-11-23 04:05:06'
    );
    alter table public.notes enable row level security;
    alter table public.notes force row level security;
    grant select, insert, update (body, extra), delete on public.notes to authenticated;
    create policy own on public.notes to authenticated using (owner = (select auth.uid())) with check (owner = (select auth.uid()));
    create function public.kind_of(p_data jsonb) returns text language sql as 'select jsonb_typeof(p_data)';
    grant execute on function public.kind_of(jsonb) to authenticated;
    create table public.closed (id int primary key);
    alter table public.closed enable row level security;
  `)
  // The API hears of the new tables a moment later.
  while ((await ada.client.from('notes').select('id')).error)
    await new Promise((resolve) => setTimeout(resolve, 20))
})
afterAll(async () => {
  await sql.end()
  await stack.stop()
})

describe('rows under policies', () => {
  test('are written, read, changed and deleted by their owner', async () => {
    const made = await ada.client.from('notes').insert({ body: 'tea' }).select().single()
    expect(made.error).toBeNull()
    expect(made.data).toMatchObject({ body: 'tea', owner: ada.id })
    const id = (made.data as { id: number }).id
    const changed = await ada.client
      .from('notes')
      .update({ body: 'green tea' })
      .eq('id', id)
      .select('body')
      .single()
    expect(changed.data).toEqual({ body: 'green tea' })
    expect((await ada.client.from('notes').delete().eq('id', id)).error).toBeNull()
    expect((await ada.client.from('notes').select().eq('id', id)).data).toEqual([])
  })

  test('are invisible and untouchable to others', async () => {
    const { data } = await ada.client.from('notes').insert({ body: 'secret' }).select('id').single()
    const { id } = data as { id: number }
    expect((await bob.client.from('notes').select().eq('id', id)).data).toEqual([])
    expect(
      (await bob.client.from('notes').update({ body: 'x' }).eq('id', id).select()).data,
    ).toEqual([])
    expect((await bob.client.from('notes').delete().eq('id', id).select()).data).toEqual([])
    const forged = await bob.client.from('notes').insert({ body: 'as ada', owner: ada.id })
    expect(forged.error?.code).toBe('42501')
    const [kept] = await sql`select body from public.notes where id = ${id}`
    expect(kept?.body).toBe('secret')
  })

  test('cannot be reached without signing in', async () => {
    const { error } = await anonymousClient(stack).from('notes').select()
    expect(error?.code).toBe('42501')
  })

  test('change only in the columns that are granted', async () => {
    const { error } = await ada.client.from('notes').update({ owner: bob.id }).gte('id', 0)
    expect(error?.code).toBe('42501')
  })
})

test.each([
  [{ nodes: [{ title: 'it’s {{ here }}' }] }, 'object'],
  [[1, 2], 'array'],
])('a function is given %j as the %s that it is', async (data, kind) => {
  expect((await ada.client.rpc('kind_of', { p_data: data })).data).toBe(kind)
})

test('a browser may call a function with arguments from another origin', async () => {
  const answer = await fetch(`${stack.apiUrl}/rest/v1/rpc/kind_of`, {
    method: 'OPTIONS',
    headers: {
      origin: 'http://localhost:3000',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'apikey,authorization,content-type',
    },
  })
  expect(answer.status).toBe(204)
  expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  expect(answer.headers.get('access-control-allow-headers')).toContain('authorization')
})

test('the API grants nothing by itself, not even after it was used', async () => {
  const { error } = await ada.client.from('closed').select()
  expect(error?.code).toBe('42501')
  const grants = await sql`
    select grantee, privilege_type from information_schema.role_table_grants
    where table_schema = 'public' and table_name in ('closed', 'notes', 'workspaces') and grantee in ('anon', 'service_role')
  `
  expect([...grants]).toEqual([])
})

test('the API reaches the database as "authenticator", which has no rights of its own', async () => {
  const { error } = await ada.client.rpc('who_asks')
  expect(error?.code).toBe('PGRST202')
  await sql.unsafe(`
    create function public.who_asks() returns text[] language sql as $$ select array[session_user, current_user]::text[] $$;
    grant execute on function public.who_asks() to authenticated;
  `)
  const asked = async () => (await ada.client.rpc('who_asks')).data as unknown
  await expect.poll(asked, { timeout: 5000 }).toEqual(['authenticator', 'authenticated'])
  const [role] =
    await sql`select rolsuper, rolbypassrls, rolinherit from pg_roles where rolname = 'authenticator'`
  expect(role).toEqual({ rolsuper: false, rolbypassrls: false, rolinherit: false })
})

test('times carry a T and their zone', async () => {
  const { data } = await ada.client
    .from('notes')
    .insert({ body: 'time' })
    .select('written_at, local_at')
    .single()
  expect(data).toEqual({
    written_at: '2026-11-23T04:05:06.789+00:00',
    local_at: '2026-11-23T04:05:06',
  })
})

test.each([
  ['an object', { a: [1, { b: null }] }],
  ['a list', [1, 'two', { three: 3 }]],
  ['a text', 'just "text"'],
  ['a number', 12.5],
])('%s in a jsonb column comes back as it was', async (_what, extra) => {
  const { data, error } = await ada.client
    .from('notes')
    .insert({ body: 'extra', extra })
    .select('extra')
    .single()
  expect(error).toBeNull()
  expect((data as { extra: unknown }).extra).toEqual(extra)
})

test('functions act for the person who calls them', async () => {
  const workspace = await createWorkspace(ada, 'Looms')
  expect((await ada.client.from('workspaces').select('name')).data).toEqual([{ name: 'Looms' }])
  expect((await bob.client.from('workspaces').select('name').eq('id', workspace.id)).data).toEqual(
    [],
  )
  const { error } = await anonymousClient(stack).rpc('create_workspace', { p_name: 'Nobody’s' })
  expect(error).not.toBeNull()
})

test('an error that the database raises arrives with its words and its code', async () => {
  const { error } = await ada.client.rpc('create_workspace', {
    p_name: 'X',
    p_time_zone: 'Mars/Olympus',
  })
  expect(error).toMatchObject({
    code: '22023',
    message: 'There is no time zone called "Mars/Olympus".',
  })
})

test('counts, filters, order and embedded rows work', async () => {
  const { data, count, error } = await ada.client
    .from('members')
    .select('role, workspaces(name)', { count: 'exact' })
    .eq('user_id', ada.id)
    .order('created_at')
  expect(error).toBeNull()
  expect(count).toBe(1)
  expect(data).toEqual([{ role: 'owner', workspaces: { name: 'Looms' } }])
})

test.each(['/_system/info', '/storage/v1/bucket', '/rest/v2/notes', '/'])(
  '%s is not served',
  async (path) => {
    expect(
      (await fetch(`${stack.apiUrl}${path}`, { headers: { apikey: stack.serviceRoleKey } })).status,
    ).toBe(404)
  },
)

test.each(['auth', 'private', 'partitions', 'realtime'])(
  'the schema "%s" is not served',
  async (schema) => {
    const answer = await fetch(`${stack.apiUrl}/rest/v1/users`, {
      headers: { apikey: stack.serviceRoleKey, 'accept-profile': schema },
    })
    expect(answer.status).toBe(406)
  },
)
