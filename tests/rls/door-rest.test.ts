import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fill, tableOf } from './cells.ts'
import { House, opensFor, shortVisits, type Visitor } from './house.ts'
import { accountOf } from './identities.ts'
import { functions, tables } from './matrix.ts'
import type { Tenant } from './two-workspaces.ts'

let house: House
const clients = new Map<Visitor, SupabaseClient>()

beforeAll(async () => {
  house = await House.open()
  for (const visitor of house.visitors) clients.set(visitor, clientOf(visitor))
})
afterAll(() => house.close())

/** supabase-js as the app makes it, with the visitor's token. */
function clientOf({ token }: Visitor): SupabaseClient {
  return createClient(house.stack.apiUrl, house.stack.anonKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    ...(token === '' ? {} : { global: { headers: { authorization: `Bearer ${token}` } } }),
  })
}

const client = (visitor: Visitor): SupabaseClient => {
  const made = clients.get(visitor)
  if (!made) throw new Error(`${visitor.name} has no client`)
  return made
}

/** A line of the matrix whose table the API exposes, and the filter for a workspace's rows. */
const exposed = Object.entries(tables).flatMap(([line, rules]) => {
  const [schema, table = ''] = tableOf(line).split('.')
  const [column, , name] = (rules.rows ?? 'workspace_id = $workspace').split(' ')
  return schema === 'public' ? [{ line, rules, table, column: column ?? '', id: name ?? '' }] : []
})

const idIn = (id: string, tenant: Tenant, visitor: Visitor, own: boolean): string =>
  fill(id, tenant, (own && accountOf(visitor.identity, house.tenants)) || tenant.user).slice(1, -1)

/** Everyone at once, as far as the system can take it; the matrix itself asks the rest. */
const everyone = (visit: (title: string, visitor: Visitor, own: boolean) => Promise<void>) =>
  Promise.all(shortVisits(house).map((one) => visit(...one)))

test('rows are read by whom the matrix says, and by nobody else', async () => {
  const wrong: string[] = []
  await everyone(async (title, visitor, own) => {
    const tenant = house.workspace(visitor, own)
    for (const { line, rules, table, column, id } of exposed) {
      const { data } = await client(visitor)
        .from(table)
        .select(column)
        .eq(column, idIn(id, tenant, visitor, own))
        .limit(1)
      const seen = (data?.length ?? 0) > 0
      if (seen !== opensFor(rules.select ?? '', visitor, own))
        wrong.push(`${title}: ${line} was ${seen ? '' : 'not '}seen`)
    }
  })
  expect(wrong).toEqual([])
})

test('without a filter, nobody sees a row of another workspace', async () => {
  const wrong: string[] = []
  for (const visitor of house.visitors) {
    const other = house.workspace(visitor, false)
    for (const { table, column } of exposed.filter((line) => line.column === 'workspace_id')) {
      const { data } = await client(visitor).from(table).select(column)
      if (JSON.stringify(data ?? []).includes(other.workspace))
        wrong.push(`${visitor.name}: ${table}`)
    }
  }
  expect(wrong).toEqual([])
})

test('nobody writes what the matrix doesn’t let them write', async () => {
  const wrong: string[] = []
  await everyone(async (title, visitor, own) => {
    const tenant = house.workspace(visitor, own)
    for (const { line, rules, table, column, id } of exposed) {
      const value = idIn(id, tenant, visitor, own)
      const rest = client(visitor).from(table)
      const attempts = {
        insert: () => rest.insert([{ [column]: value }]).select(column),
        update: () =>
          rest
            .update({ [column]: value })
            .eq(column, value)
            .select(column),
        delete: () => rest.delete().eq(column, value).select(column),
      }
      for (const verb of ['insert', 'update', 'delete'] as const) {
        if (opensFor(rules[verb] ?? '', visitor, own)) continue
        const { data, error } = await attempts[verb]()
        if ((data?.length ?? 0) > 0 || (verb === 'insert' && error === null))
          wrong.push(`${title}: ${verb} ${line}`)
      }
    }
  })
  expect(wrong).toEqual([])
})

/** A call's arguments as supabase-js takes them. */
async function parametersOf(call: string, names: string[]): Promise<Record<string, unknown>> {
  const { rows } = await house.db.query<{ values: unknown[] }>(
    `select jsonb_build_array(${call}) as values`,
  )
  const values = rows[0]?.values ?? []
  return Object.fromEntries(
    values.map((value, at) => [
      names[at] ?? '',
      typeof value === 'string' && value.startsWith('{') ? JSON.parse(value) : value,
    ]),
  )
}

test('nobody calls what the matrix doesn’t let them call', async () => {
  const { rows } = await house.db.query<{ name: string; arguments: string[] }>(
    `select proname as name, coalesce(proargnames, '{}') as arguments
     from pg_proc where pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', oid, 'execute')`,
  )
  const wrong: string[] = []
  await everyone(async (title, visitor, own) => {
    const tenant = house.workspace(visitor, own)
    for (const { name, arguments: names } of rows) {
      const rules = functions[name]
      if (rules === undefined || opensFor(rules.who, visitor, own)) continue
      const parameters = await parametersOf(fill(rules.call, tenant, tenant.user), names)
      const { data, error } = await client(visitor).rpc(name, parameters)
      const nothing = data === 0 || (Array.isArray(data) && data.length === 0)
      // 42501: somebody may not. 401: nobody is signed in.
      if (!nothing && error?.code !== '42501')
        wrong.push(`${title}: ${name} ${JSON.stringify(error)}`)
    }
  })
  expect(wrong).toEqual([])
})

test.each(['private', 'partitions', 'pgboss', 'auth', 'realtime', 'supabase_migrations'])(
  'the API doesn’t serve the schema "%s"',
  async (schema) => {
    const table =
      { private: 'webhook_secrets', auth: 'users', realtime: 'messages' }[schema] ?? 'job'
    for (const visitor of house.visitors) {
      const { data, error } = await client(visitor).schema(schema).from(table).select('*')
      expect([visitor.name, data, error !== null]).toEqual([visitor.name, null, true])
    }
  },
)
