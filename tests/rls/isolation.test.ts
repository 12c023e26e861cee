import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Stack } from '../../local/stack.ts'
import { startTestStack } from '../../local/testing.ts'
import { prepareAttempts, wrongCells } from './attempts.ts'
import { functionCells, tableCells, tableOf, type TableFacts } from './cells.ts'
import { tables } from './matrix.ts'
import {
  actualFunctionRights,
  actualSchemaRights,
  actualTableRights,
  expectedFunctionRights,
  expectedSchemaRights,
  expectedTableRights,
  openSequences,
  prepareRights,
  readFacts,
  strangeRights,
  unaskedRoles,
  unnamedTables,
} from './rights.ts'
import { moveCells } from './moves.ts'
import { makeTenants, type Tenants } from './two-workspaces.ts'

let stack: Stack
let db: Client
let tenants: Tenants
let facts: Map<string, TableFacts>

beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
  db = new Client({ connectionString: stack.databaseUrl })
  await db.connect()
  tenants = await makeTenants(db)
  facts = await readFacts(db, tenants)
  await prepareAttempts(db)
  await prepareRights(db)
})
afterAll(async () => {
  await db.end()
  await stack.stop()
})

describe('who may do what, to whose rows (matrix.ts)', () => {
  test('names every table and view there is, and no other', async () => {
    expect(await unnamedTables(db), 'add a line for each to tests/rls/matrix.ts').toEqual([])
    const lines = Object.keys(tables)
    expect(lines.filter((line) => !facts.has(tableOf(line)))).toEqual([])
  })

  test('is what was granted on tables and columns, and nothing else was', async () => {
    const actual = await actualTableRights(db)
    const strange = strangeRights(actual)
    expect(strange).toEqual([])
    const named = actual.filter((line) => facts.has(line.split(' ')[2] ?? ''))
    expect(named).toEqual(expectedTableRights(facts))
  })

  test('is what was granted on functions, and nothing else was', async () => {
    expect(await actualFunctionRights(db)).toEqual(expectedFunctionRights())
  })

  test('is what was granted on schemas, and nothing else was', async () => {
    expect(await actualSchemaRights(db)).toEqual(expectedSchemaRights())
  })

  test('asks as every role that was granted anything, and no sequence is open to any', async () => {
    expect(await unaskedRoles(db)).toEqual([])
    expect(await openSequences(db)).toEqual([])
  })

  test('holds for every table, verb, identity and workspace', async () => {
    expect(await wrongCells(db, tableCells(tenants, facts))).toEqual([])
  })

  test('holds for every function, identity and workspace', async () => {
    expect(await wrongCells(db, functionCells(tenants))).toEqual([])
  })

  test('lets nobody move a row into another workspace', async () => {
    expect(await wrongCells(db, moveCells(tenants, facts))).toEqual([])
  })
})
