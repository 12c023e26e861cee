import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Stack } from '../../local/stack.ts'
import { createWorkspace, signUp, startTestStack, type TestPerson } from '../../local/testing.ts'

let stack: Stack
let db: Client
let ada: TestPerson
let workspace: string

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

/** Records something as the database's functions do, in a transaction of its own. */
async function record(action: string, actor = '', details: object = {}): Promise<void> {
  await db.query('begin')
  await db.query(`select set_config('weft.actor', $1, true)`, [actor])
  await db.query(`select private.record_audit($1, $2, 'test', 'subject', $3)`, [
    workspace,
    action,
    details,
  ])
  await db.query('commit')
}

const entryOf = async (action: string) =>
  (await db.query('select * from audit_entries where action = $1 order by id desc', [action]))
    .rows[0]

describe('the audit log only grows', () => {
  test('entries keep the order in which things happened, also within a millisecond', async () => {
    await db.query(
      `select private.record_audit($1, 'test.order', 'test', n::text) from generate_series(1, 200) as n`,
      [workspace],
    )
    const { rows } = await db.query<{ subject_id: string }>(
      `select subject_id from audit_entries where action = 'test.order' order by id`,
    )
    expect(rows.map((row) => Number(row.subject_id))).toEqual(
      Array.from({ length: 200 }, (_, n) => n + 1),
    )
  })

  test.each([
    ['changing', `update audit_entries set details = '{}'`],
    ['deleting', `delete from audit_entries`],
    ['emptying', `truncate audit_entries`],
  ])('%s is refused even to the owner of the database', async (_verb, sql) => {
    await record('test.kept')
    await expect(db.query(sql)).rejects.toThrow("The audit log can't be changed.")
    expect(await entryOf('test.kept')).toBeDefined()
  })

  test('what is older than 400 days can be cleared, and nothing younger', async () => {
    await db.query(
      `insert into audit_entries (id, workspace_id, at, actor_kind, action, subject_kind, subject_id)
       select private.uuid_v7(now() - age), $1, now() - age, 'system', action, 'test', ''
       from (values (interval '401 days', 'test.old'), (interval '399 days', 'test.young')) as entry (age, action)`,
      [workspace],
    )
    const { rows } = await db.query('select private.clear_audit() as cleared')
    expect(rows[0]).toEqual({ cleared: 1 })
    expect(await entryOf('test.old')).toBeUndefined()
    expect(await entryOf('test.young')).toBeDefined()
  })

  test('a workspace takes its log along', async () => {
    const gone = (await createWorkspace(ada)).id
    await db.query('delete from workspaces where id = $1', [gone])
    const { rowCount } = await db.query('select from audit_entries where workspace_id = $1', [gone])
    expect(rowCount).toBe(0)
  })
})

describe('who did it', () => {
  test('a person whom a function acts for is named as they are called', async () => {
    await record('test.person', ada.id)
    expect(await entryOf('test.person')).toMatchObject({
      actor_id: ada.id,
      actor_kind: 'person',
      actor_name: 'ada',
    })
  })

  test('a key is named beside the person who made it', async () => {
    await ada.client.rpc('create_api_key', {
      p_workspace: workspace,
      p_name: 'Cash desk',
      p_scopes: ['executions:read'],
    })
    const { rows } = await db.query<{ id: string }>('select id from api_keys')
    await record('test.key', `api_key:${rows[0]?.id}`)
    expect(await entryOf('test.key')).toMatchObject({
      actor_id: ada.id,
      actor_kind: 'api_key',
      details: { api_key: 'Cash desk' },
    })
  })

  test('what nobody asked for was done by the system', async () => {
    await record('test.nobody')
    expect(await entryOf('test.nobody')).toMatchObject({ actor_id: null, actor_kind: 'system' })
  })
})

describe('who reads it', () => {
  test('owners and admins do; no other role, and nobody of another workspace', async () => {
    await record('test.read')
    const seen = async (person: TestPerson) =>
      (await person.client.from('audit_entries').select('id').eq('workspace_id', workspace)).data
        ?.length
    expect(await seen(ada)).toBeGreaterThan(0)
    const grace = await signUp(stack, 'grace@example.com')
    expect(await seen(grace)).toBe(0)
    await db.query(`insert into members (workspace_id, user_id, role) values ($1, $2, 'editor')`, [
      workspace,
      grace.id,
    ])
    expect(await seen(grace)).toBe(0)
    await db.query(`update members set role = 'admin' where user_id = $1`, [grace.id])
    expect(await seen(grace)).toBeGreaterThan(0)
  })

  test('nobody writes to it through the API', async () => {
    const entry = { id: crypto.randomUUID(), workspace_id: workspace, action: 'test.forged' }
    const forged = await ada.client.from('audit_entries').insert(entry)
    expect(forged.error?.code).toBe('42501')
    const deleted = await ada.client.from('audit_entries').delete().eq('workspace_id', workspace)
    expect(deleted.error?.code).toBe('42501')
  })
})
