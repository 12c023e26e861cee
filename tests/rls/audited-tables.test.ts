import { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Stack } from '../../local/stack.ts'
import { createWorkspace, signUp, startTestStack, type TestPerson } from '../../local/testing.ts'
import { makeTenant, type Tenant } from './two-workspaces.ts'

let stack: Stack
let db: Client
let ada: TestPerson
let workspace: string
let seen = ''

beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
  db = new Client({ connectionString: stack.databaseUrl })
  await db.connect()
  ada = await signUp(stack, 'ada@example.com')
  workspace = (await createWorkspace(ada)).id
})
afterAll(async () => {
  await db.end()
  await stack.stop()
})
beforeEach(async () => {
  const { rows } = await db.query<{ id: string }>(
    'select id from audit_entries order by id desc limit 1',
  )
  seen = rows[0]?.id ?? '00000000-0000-0000-0000-000000000000'
})

interface Entry {
  action: string
  actor_id: string | null
  actor_kind: string
  subject_id: string
  details: Record<string, unknown>
}

/** What was recorded since the test began. */
async function recorded(): Promise<Entry[]> {
  const { rows } = await db.query<Entry>(
    `select action, actor_id, actor_kind, subject_id, details from audit_entries where id > $1 order by id`,
    [seen],
  )
  return rows
}

const actions = async () => (await recorded()).map(({ action }) => action)

async function insert(table: string, row: object): Promise<string> {
  const { data, error } = await ada.client
    .from(table)
    .insert({ workspace_id: workspace, ...row })
    .select('id')
    .single()
  if (error) throw error
  return String(data.id)
}

const rpc = async (name: string, values: object): Promise<void> => {
  const { error } = await ada.client.rpc(name, values)
  if (error) throw error
}

test('a new workspace and its first owner are recorded, and later changes of its name', async () => {
  const made = await createWorkspace(ada)
  await ada.client.from('workspaces').update({ name: 'Renamed' }).eq('id', made.id)
  await ada.client.from('workspaces').update({ name: 'Renamed' }).eq('id', made.id)
  const entries = await recorded()
  expect(entries.map(({ action }) => action)).toEqual([
    'workspace.created',
    'member.joined',
    'workspace.changed',
  ])
  expect(entries[2]).toMatchObject({ actor_id: ada.id, details: { name: 'Renamed' } })
})

test('who joins, is given another role, and is removed', async () => {
  const grace = await signUp(stack, 'grace@example.com')
  const values = [workspace, grace.id]
  await db.query(
    `insert into members (workspace_id, user_id, role) values ($1, $2, 'viewer')`,
    values,
  )
  const where = 'workspace_id = $1 and user_id = $2'
  await db.query(`update members set role = 'editor' where ${where}`, values)
  await db.query(`delete from members where ${where}`, values)
  const entries = await recorded()
  expect(entries).toMatchObject([
    { action: 'member.joined', subject_id: grace.id, details: { role: 'viewer' } },
    { action: 'member.role_changed', details: { old_role: 'viewer', role: 'editor' } },
    { action: 'member.removed', details: { email: 'grace@example.com' } },
  ])
})

test('a workflow’s way from being made to being deleted', async () => {
  const id = await insert('workflows', { name: 'Welcome' })
  const definition = { schema: 1, nodes: [], edges: [], settings: {} }
  await rpc('publish_version', { p_workflow: id, p_definition: definition })
  await rpc('pause_workflow', { p_workflow: id })
  await rpc('resume_workflow', { p_workflow: id })
  await ada.client.from('workflows').update({ name: 'Hello' }).eq('id', id)
  await ada.client.from('workflows').update({ archived_at: new Date() }).eq('id', id)
  await ada.client.from('workflows').update({ archived_at: null }).eq('id', id)
  await ada.client.from('workflows').update({ deleted_at: new Date() }).eq('id', id)
  const entries = await recorded()
  expect(entries.map(({ action }) => action.slice('workflow.'.length))).toEqual([
    'created',
    'published',
    'paused',
    'resumed',
    'renamed',
    'archived',
    'unarchived',
    'deleted',
  ])
  expect(entries[1]).toMatchObject({
    actor_id: ada.id,
    details: { name: 'Welcome', version: 1 },
  })
})

test('records moved to the bin at once are one entry with their number; changed ones are none', async () => {
  const pipeline = await insert('pipelines', { name: 'Deals' })
  await insert('pipeline_fields', {
    pipeline_id: pipeline,
    key: 'secret',
    title: 'Secret',
    type: 'text',
  })
  for (const secret of ['one', 'two', 'three'])
    await insert('records', { pipeline_id: pipeline, data: { secret } })
  const all = () => ada.client.from('records')
  await all()
    .update({ data: { secret: 'other' } })
    .eq('pipeline_id', pipeline)
  await all().update({ deleted_at: new Date() }).eq('pipeline_id', pipeline)
  await all().update({ deleted_at: null }).eq('pipeline_id', pipeline)
  await ada.client.from('pipelines').delete().eq('id', pipeline)
  const entries = await recorded()
  expect(entries).toMatchObject([
    { action: 'pipeline.created' },
    { action: 'records.deleted', details: { name: 'Deals', count: 3 } },
    { action: 'records.restored', details: { count: 3 } },
    { action: 'pipeline.deleted', details: { name: 'Deals' } },
  ])
  // What records hold never gets into the log.
  expect(JSON.stringify(entries)).not.toContain('other')
})

test('a key that is made and revoked, by its name', async () => {
  await rpc('create_api_key', {
    p_workspace: workspace,
    p_name: 'Cash desk',
    p_scopes: ['executions:read'],
  })
  const { rows } = await db.query<{ id: string }>('select id from api_keys limit 1')
  await rpc('revoke_api_key', { p_key: rows[0]?.id })
  expect(await recorded()).toMatchObject([
    { action: 'api_key.created', actor_id: ada.id, details: { name: 'Cash desk' } },
    { action: 'api_key.revoked' },
  ])
})

test('what people do with executions; what the engine does with them is not recorded', async () => {
  const workflow = await insert('workflows', { name: 'Welcome' })
  await rpc('publish_version', {
    p_workflow: workflow,
    p_definition: { schema: 1, nodes: [], edges: [], settings: {} },
  })
  const id = '01a207a2-3280-7000-8000-00000000000a'
  const again = '01a207a2-3280-7000-8000-00000000000b'
  await db.query(
    `insert into executions (id, workspace_id, workflow_id, version_id, trigger_node, trigger_kind, trigger_data, status)
     select $1, workspace_id, id, live_version_id, 'start', 'trigger.manual', '{}', 'queued' from workflows where id = $2`,
    [id, workflow],
  )
  await rpc('pause_execution', { p_execution: id })
  await rpc('resume_execution', { p_execution: id })
  await rpc('cancel_execution', { p_execution: id })
  await rpc('retry_execution', { p_execution: id })
  await db.query('select private.cancel_executions(array[$1::uuid])', [id])
  const replay = { id: again, replay_of: id, started_by: ada.id, mode: 'live' }
  await db.query(
    `select private.start_replay($1::jsonb || jsonb_build_object('version_id', live_version_id, 'trigger_kind', 'trigger.manual'), '[]')
     from workflows where id = $2`,
    [replay, workflow],
  )
  const entries = (await recorded()).filter(({ action }) => action.startsWith('execution.'))
  expect(entries.map(({ action }) => action.slice('execution.'.length))).toEqual([
    'paused',
    'resumed',
    'cancelled',
    'retried',
    'replayed',
  ])
  for (const entry of entries) expect(entry).toMatchObject({ actor_id: ada.id })
})

test('secrets of webhooks and decisions leave who and what, and nothing of the secret', async () => {
  const tenant: Tenant = await makeTenant(db, 'ann@example.org')
  await db.query(`update private.webhook_secrets set ciphertext = 'hush-hush' where token = $1`, [
    tenant.token,
  ])
  await db.query(`delete from private.webhook_secrets where token = $1`, [tenant.token])
  const happened = await actions()
  expect(happened).toEqual(
    expect.arrayContaining([
      'webhook.secret_set',
      'webhook.secret_replaced',
      'webhook.secret_removed',
      'approval.approved',
      'connection.created',
    ]),
  )
  const { rows } = await db.query<{ whole: string }>(
    'select audit_entries::text as whole from audit_entries',
  )
  const text = rows.map(({ whole }) => whole).join('\n')
  expect(text).not.toMatch(/hush|687573682d68757368/)
  expect(text).not.toContain(tenant.token)
})
