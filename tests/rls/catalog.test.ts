import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Stack } from '../../local/stack.ts'
import { startTestStack } from '../../local/testing.ts'

let stack: Stack
let db: Client

beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
  db = new Client({ connectionString: stack.databaseUrl })
  await db.connect()
})
afterAll(async () => {
  await db.end()
  await stack.stop()
})

const names = async (sql: string): Promise<string[]> =>
  (await db.query<{ name: string }>(sql)).rows.map((row) => row.name)

test('every table of ours, partitions included, has row-level security enabled and forced', async () => {
  expect(
    await names(`
      select c.oid::regclass::text as name
      from pg_class c
      where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace, 'partitions'::regnamespace)
        and c.relkind in ('r', 'p')
        and not (c.relrowsecurity and c.relforcerowsecurity)`),
  ).toEqual([])
})

test('someone who is not signed in has no right on any table, column or function', async () => {
  expect(
    await names(`
      select c.oid::regclass::text as name
      from pg_class c
      where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace, 'partitions'::regnamespace)
        and c.relkind in ('r', 'p', 'v', 'm', 'S')
        and (
          case when c.relkind = 'S' then has_sequence_privilege('anon', c.oid, 'usage')
          else has_any_column_privilege('anon', c.oid, 'select, insert, update, references')
            or has_table_privilege('anon', c.oid, 'delete, truncate, trigger') end
        )`),
  ).toEqual([])
  expect(
    await names(`
      select p.oid::regprocedure::text as name
      from pg_proc p
      where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
        and has_function_privilege('anon', p.oid, 'execute')`),
  ).toEqual([])
})

test('partitions can only be reached through their parents', async () => {
  expect(
    await names(`
      select c.oid::regclass::text as name
      from pg_class c, unnest(array['anon', 'authenticated', 'weft_engine', 'weft_node', 'weft_app']) as role
      where c.relnamespace = 'partitions'::regnamespace
        and c.relkind = 'r'
        and has_any_column_privilege(role, c.oid, 'select, insert, update, references')`),
  ).toEqual([])
})

test('functions that run with their owner’s rights have a fixed search path', async () => {
  expect(
    await names(`
      select p.oid::regprocedure::text as name
      from pg_proc p
      where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
        and p.prosecdef
        and not coalesce(p.proconfig, '{}') @> array['search_path=""']`),
  ).toEqual([])
})

test('no policy calls a function per row where once per statement would do', async () => {
  expect(
    await names(`
      select polrelid::regclass::text || '.' || polname as name
      from pg_policy
      where polrelid::regclass::text !~ '^(auth|pgboss)\\.'
        and coalesce(pg_get_expr(polqual, polrelid), '') || coalesce(pg_get_expr(polwithcheck, polrelid), '')
            ~ '(?<!SELECT )(auth\\.uid|private\\.\\w+)\\('`),
  ).toEqual([])
})
