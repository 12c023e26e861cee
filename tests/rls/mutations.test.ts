import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Stack } from '../../local/stack.ts'
import { startTestStack } from '../../local/testing.ts'
import { prepareAttempts, wrongCells } from './attempts.ts'
import { functionCells, tableCells, type Cell, type TableFacts } from './cells.ts'
import { allMutations, type Mutation } from './mutations.ts'
import {
  actualFunctionRights,
  actualSchemaRights,
  expectedFunctionRights,
  expectedSchemaRights,
  prepareRights,
  readFacts,
  unnoticedGrants,
} from './rights.ts'
import { moveCells } from './moves.ts'
import { makeTenants } from './two-workspaces.ts'

type Kind = Mutation['kind']

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
  await prepareRights(db)
  mutations = await allMutations(db)
})
afterAll(async () => {
  await db.end()
  await stack.stop()
})

const same = (one: string[], other: string[]): boolean => one.join('\n') === other.join('\n')

const failsOne = async (of: Cell[]): Promise<boolean> => (await wrongCells(db, of, 1)).length > 0

/** Whether some cell of the matrix comes out otherwise now, by what was changed. */
const isNoticed: Record<Exclude<Kind, 'table'>, (object: string) => Promise<boolean>> = {
  policy: (object) => failsOne(cells.get(object) ?? []),
  check: (object) => failsOne(cells.get(object) ?? []),
  // What others call shows in what they do.
  body: (object) => failsOne(cellsAround(object)),
  function: async (object) =>
    !same(await actualFunctionRights(db, object), expectedFunctionRights(object)),
  schema: async () => !same(await actualSchemaRights(db), expectedSchemaRights()),
}

const cellsAround = (called: string): Cell[] =>
  cells.get(called.replace('private.', 'public.')) ?? [...cells.values()].flat()

/** Changes that take nothing away, and why. */
const harmless: Record<string, string> = {
  "private.decide_approval with in (select id from public.workspaces) instead of in (select private.my_workspaces('viewer'))":
    'who is asked is a member, and who is asked is looked up; this says more kindly what is wrong',
  "private.my_approvals with in (select id from public.workspaces) instead of in (select private.my_workspaces('viewer'))":
    'only members are asked; this finds so sooner',
  "private.invite_member with 'viewer' instead of 'owner' (2)":
    'the table refuses to invite an owner, too; this says more kindly why',
}

/** Makes each change in turn, undone at once, and tells which ones no cell has noticed. */
async function survivors(kind: Kind, of: Mutation[]): Promise<string[]> {
  if (kind === 'table')
    return (await unnoticedGrants(db, of, facts)).map((n) => of[n]?.title ?? 'unknown')
  const unnoticed: string[] = []
  for (const { sql, object, title } of of) {
    await db.query('begin')
    try {
      await db.query(sql)
      if (!(await isNoticed[kind](object))) unnoticed.push(title)
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
    const unnoticed = await survivors(kind, of)
    expect(unnoticed.filter((title) => harmless[title] === undefined)).toEqual([])
  })
})
