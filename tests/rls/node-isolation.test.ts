import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { row, setters, webhook } from '../../bench/lib/drawing.ts'
import type { Stack } from '../../local/stack.ts'
import { startTestStack } from '../../local/testing.ts'
import type { VersionId, WorkflowId, WorkspaceId } from '../../src/lib/engine/index.ts'
import { makeTenants, type Tenants } from './two-workspaces.ts'
import type { Theft } from './thief.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

let stack: Stack
let db: Client
let tenants: Tenants
/** By what was tried. */
let executions: Record<string, string>
let before: { ann: unknown[]; bob: unknown[] }

const recordsOf = async (workspace: string): Promise<unknown[]> =>
  (await db.query(`select * from public.records where workspace_id = $1`, [workspace])).rows

beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
  db = new Client({ connectionString: stack.databaseUrl })
  await db.connect()
  tenants = await makeTenants(db)
  const { ann, bob } = tenants
  before = { ann: await recordsOf(ann.workspace), bob: await recordsOf(bob.workspace) }
  const thief = { id: 'thief', type: 'data.thief', config: { attempt: '{{ trigger.attempt }}' } }
  const { rows } = await db.query<{ id: VersionId }>(
    `insert into public.workflow_versions (workspace_id, workflow_id, kind, definition, content_hash)
     values ($1, $2, 'test', $3, 'thief') returning id`,
    [ann.workspace, ann.workflow, row(webhook(), thief, ...setters(1))],
  )
  const version = rows[0]?.id
  if (version === undefined) throw new Error('the version was not stored')
  const theft: Theft = {
    databaseUrl: stack.engineDatabaseUrl,
    // The database's own ids, as the engine calls them.
    workspace: ann.workspace as WorkspaceId,
    workflow: ann.workflow as WorkflowId,
    version,
    mine: ann,
    theirs: bob,
  }
  const { stdout } = await promisify(execFile)(
    here('../../node_modules/deno/deno'),
    ['run', '-A', '--cached-only', here('thief.ts'), JSON.stringify(theft)],
    { cwd: here('../..') },
  )
  executions = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}')
})
afterAll(async () => {
  await db.end()
  await stack.stop()
})

/** How the thief's step ended. */
async function step(what: string): Promise<unknown> {
  const { rows } = await db.query(
    `select e.status as execution, s.status, s.output
     from public.execution_steps s
     join public.executions e on e.id = s.execution_id
     where s.execution_id = $1 and s.node_id = 'thief'
     order by s.seq desc limit 1`,
    [executions[what]],
  )
  return rows[0]
}

test('a node works with its own workspace’s records', async () => {
  const { record } = tenants.ann
  expect(await step('get its own record')).toMatchObject({
    status: 'succeeded',
    output: { loot: { id: record } },
  })
})

test.each([
  'get a record',
  'change a record',
  'delete a record',
  'find records',
  'create a record',
  'insert with the bare connection',
  'move its own record there',
  'read members',
  'read executions',
  'read workflows',
  'read secrets',
  'read accounts',
  'read jobs',
])('a node that tries to %s of another workspace fails', async (what) => {
  expect(await step(what)).toMatchObject({ execution: 'failed', status: 'failed' })
})

test.each([
  ['read all records with the bare connection', 1],
  ['read a pipeline with the bare connection', 0],
  ['change all records with the bare connection', 1],
])('a node that tries to %s reaches its own workspace’s alone', async (what, count) => {
  expect(await step(what)).toEqual({
    execution: 'succeeded',
    status: 'succeeded',
    output: { loot: Array(count).fill({ workspace_id: tenants.ann.workspace }) },
  })
})

test('the other workspace is as it was', async () => {
  expect(await recordsOf(tenants.bob.workspace)).toEqual(before.bob)
  expect(await recordsOf(tenants.ann.workspace)).not.toEqual(before.ann)
})
