import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Stack } from '../../local/stack.ts'
import { startTestStack } from '../../local/testing.ts'
import { as, makeTenant, type Tenant } from './two-workspaces.ts'

let stack: Stack
let db: Client
let ann: Tenant
let bob: Tenant

beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
  db = new Client({ connectionString: stack.databaseUrl })
  await db.connect()
  ann = await makeTenant(db, 'ann@example.org')
  bob = await makeTenant(db, 'bob@example.org')
})
afterAll(async () => {
  await db.end()
  await stack.stop()
})

/** Every table that holds a workspace's rows, read from the catalogue, so that a new one can't be forgotten. */
const tenantTables = async (): Promise<{ name: string; readable: boolean }[]> =>
  (
    await db.query<{ name: string; readable: boolean }>(`
      select c.oid::regclass::text as name, has_table_privilege('authenticated', c.oid, 'select') as readable
      from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id'
      where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
        and c.relkind in ('r', 'p')`)
  ).rows

const rejection = async (work: () => Promise<unknown>): Promise<string | null> => {
  try {
    await work()
    return null
  } catch (problem) {
    return (problem as { code?: string }).code ?? 'unknown'
  }
}

describe('a stranger', () => {
  test('the fixtures hold a row of both workspaces in every tenant table', async () => {
    for (const { name } of await tenantTables()) {
      const { rows } = await db.query<{ workspace_id: string }>(
        `select distinct workspace_id from ${name}`,
      )
      expect({ name, has: rows.map((row) => row.workspace_id).sort() }).toEqual({
        name,
        has: [ann.workspace, bob.workspace].sort(),
      })
    }
  })

  test('reads only their own workspace’s rows, in every table', async () => {
    for (const { name, readable } of await tenantTables()) {
      const seen = await as(db, bob.user, async () => {
        if (!readable) return rejection(() => db.query(`select from ${name}`))
        return (
          await db.query<{ workspace_id: string }>(`select distinct workspace_id from ${name}`)
        ).rows
      })
      expect({ name, seen }).toEqual({
        name,
        seen: readable ? [{ workspace_id: bob.workspace }] : '42501',
      })
    }
  })

  test('changes and deletes nothing of another workspace, in any table', async () => {
    for (const { name } of await tenantTables()) {
      for (const sql of [
        `update ${name} set workspace_id = workspace_id where workspace_id = $1`,
        `delete from ${name} where workspace_id = $1`,
      ]) {
        const outcome = await as(db, bob.user, async () => {
          try {
            return (await db.query(sql, [ann.workspace])).rowCount
          } catch (problem) {
            return (problem as { code?: string }).code
          }
        })
        expect([0, '42501'], `${sql} gave ${outcome}`).toContain(outcome)
      }
    }
  })

  test.each([
    ['a workflow', `insert into workflows (workspace_id, name) values ($1, 'x')`],
    ['a pipeline', `insert into pipelines (workspace_id, name) values ($1, 'x')`],
    [
      'a member',
      `insert into members (workspace_id, user_id, role) values ($1, auth.uid(), 'owner')`,
    ],
    [
      'an execution',
      `insert into executions (id, workspace_id, workflow_id, version_id, trigger_node, trigger_kind, trigger_data, status) values (gen_random_uuid(), $1, $1, $1, '', '', '{}', 'queued')`,
    ],
  ])('puts %s into another workspace in vain', async (_what, sql) => {
    expect(await as(db, bob.user, () => rejection(() => db.query(sql, [ann.workspace])))).toBe(
      '42501',
    )
  })

  test('cannot slip a record into another workspace by naming its pipeline', async () => {
    const sql = `insert into records (workspace_id, pipeline_id, data) values ($1, $2, '{"amount": 1}')`
    expect(
      await as(db, bob.user, () => rejection(() => db.query(sql, [ann.workspace, ann.pipeline]))),
    ).toBe('42501')
    // Their own workspace's id with the other's pipeline: the foreign key holds the two together.
    expect(
      await as(db, bob.user, () => rejection(() => db.query(sql, [bob.workspace, ann.pipeline]))),
    ).toBe('23503')
  })

  test.each([
    ['publish', (t: Tenant) => [`select publish_version($1, '{"nodes": []}')`, [t.workflow]]],
    [
      'save a test version',
      (t: Tenant) => [`select save_test_version($1, '{"nodes": []}')`, [t.workflow]],
    ],
    ['pause', (t: Tenant) => [`select pause_workflow($1)`, [t.workflow]]],
    ['resume', (t: Tenant) => [`select resume_workflow($1)`, [t.workflow]]],
    [
      'see the webhook address',
      (t: Tenant) => [`select ensure_webhook_endpoint($1, 'hook')`, [t.workflow]],
    ],
    ['cancel', (t: Tenant) => [`select cancel_execution($1)`, [t.execution]]],
    ['retry', (t: Tenant) => [`select retry_execution($1)`, [t.execution]]],
    ['watch the workflow', (t: Tenant) => [`select watch('workflow:' || $1)`, [t.workflow]]],
    ['watch the execution', (t: Tenant) => [`select watch('execution:' || $1)`, [t.execution]]],
    ['watch the workspace', (t: Tenant) => [`select watch('workspace:' || $1)`, [t.workspace]]],
    ['watch the pipeline', (t: Tenant) => [`select watch('pipeline:' || $1)`, [t.pipeline]]],
  ] satisfies [string, (t: Tenant) => [string, string[]]][])(
    'cannot %s what belongs to another workspace',
    async (_what, call) => {
      const [sql, values] = call(ann)
      expect(await as(db, bob.user, () => rejection(() => db.query(sql, values)))).toBe('42501')
    },
  )

  test('hears nothing on another workspace’s realtime topics', async () => {
    const mayListen = (person: string, topic: string): Promise<number> =>
      as(db, person, async () => {
        await db.query('reset role')
        await db.query(
          `insert into realtime.messages (topic, extension, payload, event, private) values ($1, 'broadcast', '{}', 'x', true)`,
          [topic],
        )
        await db.query(`select set_config('realtime.topic', $1, true)`, [topic])
        await db.query('set local role authenticated')
        return (
          (await db.query(`select from realtime.messages where topic = $1`, [topic])).rowCount ?? 0
        )
      })
    for (const topic of [
      `workflow:${ann.workflow}`,
      `execution:${ann.execution}`,
      `workspace:${ann.workspace}`,
      `pipeline:${ann.pipeline}`,
    ]) {
      expect([topic, await mayListen(ann.user, topic)]).toEqual([topic, 1])
      expect([topic, await mayListen(bob.user, topic)]).toEqual([topic, 0])
    }
  })
})

describe('roles', () => {
  const withRole = <T>(role: string, work: () => Promise<T>): Promise<T> =>
    as(db, bob.user, async () => {
      await db.query('reset role')
      await db.query(
        `insert into public.members (workspace_id, user_id, role) values ($1, $2, $3)`,
        [ann.workspace, bob.user, role],
      )
      await db.query('set local role authenticated')
      return work()
    })
  const may = (role: string, sql: string, values: string[]): Promise<boolean> =>
    withRole(role, async () => {
      try {
        const { rowCount } = await db.query(sql, values)
        return (rowCount ?? 0) > 0
      } catch (problem) {
        expect((problem as { code?: string }).code).toBe('42501')
        return false
      }
    })

  test.each([
    [
      'see workflows',
      'viewer',
      (t: Tenant) => [`select from workflows where id = $1`, [t.workflow]],
    ],
    [
      'see executions',
      'viewer',
      (t: Tenant) => [`select from executions where id = $1`, [t.execution]],
    ],
    ['see records', 'viewer', (t: Tenant) => [`select from records where id = $1`, [t.record]]],
    [
      'change records',
      'operator',
      (t: Tenant) => [`update records set data = '{"amount": 4}' where id = $1`, [t.record]],
    ],
    [
      'run a draft',
      'operator',
      (t: Tenant) => [`select save_test_version($1, '{"nodes": []}')`, [t.workflow]],
    ],
    [
      'rename a workflow',
      'editor',
      (t: Tenant) => [`update workflows set name = 'x' where id = $1`, [t.workflow]],
    ],
    [
      'publish',
      'editor',
      (t: Tenant) => [`select publish_version($1, '{"nodes": []}')`, [t.workflow]],
    ],
    [
      'shape a pipeline',
      'editor',
      (t: Tenant) => [`update pipelines set name = 'x' where id = $1`, [t.pipeline]],
    ],
    [
      'rename the workspace',
      'admin',
      (t: Tenant) => [`update workspaces set name = 'x' where id = $1`, [t.workspace]],
    ],
  ] satisfies [string, string, (t: Tenant) => [string, string[]]][])(
    'may %s from %s up, and not below',
    async (_what, least, call) => {
      const roles = ['viewer', 'operator', 'editor', 'admin', 'owner']
      const [sql, values] = call(ann)
      for (const role of roles) {
        expect([role, await may(role, sql, values)]).toEqual([
          role,
          roles.indexOf(role) >= roles.indexOf(least),
        ])
      }
    },
  )

  test('a published version can’t be changed or removed by anyone', async () => {
    for (const sql of [
      `update workflow_versions set note = 'x'`,
      `delete from workflow_versions`,
    ]) {
      expect(await as(db, ann.user, () => rejection(() => db.query(sql)))).toBe('42501')
    }
  })
})

describe('the engine’s roles', () => {
  const asRole = async <T>(
    role: string,
    workspace: string | null,
    work: () => Promise<T>,
  ): Promise<T> => {
    await db.query('begin')
    try {
      if (workspace !== null)
        await db.query(`select set_config('weft.workspace_id', $1, true)`, [workspace])
      await db.query(`set local role ${role}`)
      return await work()
    } finally {
      await db.query('rollback')
    }
  }

  test('a node sees the records of the workspace it works for, and no other’s', async () => {
    const seen = (workspace: string | null): Promise<string[]> =>
      asRole('weft_node', workspace, async () =>
        (await db.query<{ id: string }>(`select id from records`)).rows.map((row) => row.id),
      )
    expect(await seen(ann.workspace)).toEqual([ann.record])
    expect(await seen(bob.workspace)).toEqual([bob.record])
    expect(await seen(null)).toEqual([])
  })

  test('a node can’t write into another workspace', async () => {
    const sql = `insert into records (workspace_id, pipeline_id, data) values ($1, $2, '{}')`
    expect(
      await asRole('weft_node', ann.workspace, () =>
        rejection(() => db.query(sql, [bob.workspace, bob.pipeline])),
      ),
    ).toBe('42501')
  })

  test('a node can’t read secrets, members or other workspaces’ executions', async () => {
    for (const table of [
      'private.webhook_secrets',
      'public.members',
      'public.executions',
      'public.workflows',
    ]) {
      expect([
        table,
        await asRole('weft_node', ann.workspace, () =>
          rejection(() => db.query(`select from ${table}`)),
        ),
      ]).toEqual([table, '42501'])
    }
  })

  test('the engine itself reaches no tenant data', async () => {
    for (const table of [
      'public.records',
      'public.pipelines',
      'public.members',
      'public.workflow_drafts',
    ]) {
      expect([
        table,
        await asRole('weft_engine', null, () => rejection(() => db.query(`select from ${table}`))),
      ]).toEqual([table, '42501'])
    }
  })
})
