import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Stack } from '../../local/stack.ts'
import { startTestStack } from '../../local/testing.ts'
import { prepareAttempts, wrongCells } from './attempts.ts'
import { functionCells, moveCells, tableCells, type Cell, type TableFacts } from './cells.ts'
import { allMutations, type Mutation } from './mutations.ts'
import {
  actualFunctionRights,
  actualSchemaRights,
  actualTableRights,
  expectedFunctionRights,
  expectedSchemaRights,
  expectedTableRights,
  readFacts,
} from './rights.ts'
import { makeTenants } from './two-workspaces.ts'

let stack: Stack
let db: Client
let facts: Map<string, TableFacts>
let cells: Map<string, Cell[]>
let mutations: Mutation[]

beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
  db = new Client({ connectionString: stack.databaseUrl })
  await db.connect()
  const tenants = await makeTenants(db)
  facts = await readFacts(db, tenants)
  cells = Map.groupBy(
    [...moveCells(tenants, facts), ...tableCells(tenants, facts), ...functionCells(tenants)],
    (cell) => cell.object,
  )
  await prepareAttempts(db)
  mutations = await allMutations(db)
})
afterAll(async () => {
  await db.end()
  await stack.stop()
})

const same = (one: string[], other: string[]): boolean => one.join('\n') === other.join('\n')

/** Whether some cell of the matrix comes out otherwise now. */
async function isNoticed({ kind, object, role }: Mutation): Promise<boolean> {
  switch (kind) {
    case 'policy':
    case 'check':
      return (await wrongCells(db, cells.get(object) ?? [], 1)).length > 0
    case 'body':
      // What others call shows in what they do.
      return (await wrongCells(db, cellsAround(object), 1)).length > 0
    case 'table':
      return !same(
        await actualTableRights(db, object, role === undefined ? undefined : [role]),
        expectedTableRights(facts, object, role === undefined ? undefined : [role]),
      )
    case 'function':
      return !same(await actualFunctionRights(db, object), expectedFunctionRights(object))
    case 'schema':
      return !same(await actualSchemaRights(db), expectedSchemaRights())
  }
}

const cellsAround = (called: string): Cell[] =>
  called.startsWith('private.') ? [...cells.values()].flat() : (cells.get(called) ?? [])

/** Changes that take nothing away, and why. */
const harmless: Record<string, string> = {
  "public.decide_approval with in (select id from public.workspaces) instead of in (select private.my_workspaces('viewer'))":
    'who is asked is a member, and who is asked is looked up; this says more kindly what is wrong',
  "public.my_approvals with in (select id from public.workspaces) instead of in (select private.my_workspaces('viewer'))":
    'only members are asked; this finds so sooner',
}

async function survivors(of: Mutation[]): Promise<string[]> {
  const unnoticed: string[] = []
  for (const mutation of of) {
    await db.query('begin')
    try {
      await db.query(mutation.sql)
      if (!(await isNoticed(mutation))) unnoticed.push(mutation.title)
    } finally {
      await db.query('rollback')
    }
  }
  return unnoticed
}

describe('some cell of the matrix fails', () => {
  test.each([
    ['when a policy is dropped or lets everybody see, or a table has none', 'policy', 50],
    ['when a policy lets everybody write', 'check', 10],
    ['when a function asks for less than it does', 'body', 10],
    ['when a right on a table or column is taken or given', 'table', 500],
    ['when a right to call a function is taken or given', 'function', 300],
    ['when a right on a schema is taken or given', 'schema', 50],
  ] as const)('%s', async (_when, kind, atLeast) => {
    const of = mutations.filter((mutation) => mutation.kind === kind)
    expect(of.length).toBeGreaterThan(atLeast)
    const unnoticed = await survivors(of)
    expect(unnoticed.filter((title) => harmless[title] === undefined)).toEqual([])
  })
})
