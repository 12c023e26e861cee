import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Stack } from '../../local/stack.ts'
import { startTestStack } from '../../local/testing.ts'
import { aboutPolicies, aboutTables, aboutTheRest } from './advisors.ts'
import { functionOf, workOf } from './cells.ts'
import { functions } from './matrix.ts'

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

const names = async (query: string): Promise<string[]> =>
  (await db.query<{ name: string }>(query)).rows.map((row) => row.name).sort()

describe.each([
  ['tables', aboutTables],
  ['policies', aboutPolicies],
  ['the rest', aboutTheRest],
])('an advisor finds nothing about %s', (_what, rules) => {
  test.each(rules)('$name: $says', async ({ query, meant = {} }) => {
    expect((await names(query)).filter((name) => meant[name] === undefined)).toEqual([])
  })
})

// What acts with its owner's rights, such as publishing, is tried by everyone, for their own and the other workspace.
test('what people call with its owner’s rights is in the matrix', async () => {
  const callable = await names(`
    select n.nspname || '.' || p.proname as name
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('public', 'private') and p.prosecdef
      and has_function_privilege('authenticated', p.oid, 'execute')`)
  const called = Object.keys(functions).map(functionOf)
  const tried = new Set([...called, ...called.map(workOf)])
  expect(callable.filter((name) => !tried.has(name))).toEqual([])
})
