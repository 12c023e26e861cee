import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { TestPerson } from '../../local/testing.ts'
import { call, Crew } from './crew.ts'

let crew: Crew

beforeAll(async () => {
  crew = await Crew.open()
})
afterAll(async () => {
  await crew.close()
})

let workspace: string
let owner: TestPerson
let admin: TestPerson
let listed: TestPerson
let editor: TestPerson
let operator: TestPerson
let workflow: string
let execution: string

beforeEach(async () => {
  const made = await crew.workspace('admin', 'editor', 'editor', 'operator')
  workspace = made.id
  owner = made.owner
  ;[admin, listed, editor, operator] = made.members
  workflow = await crew.workflow(workspace, owner)
  execution = await crew.execution(workspace, workflow)
})

const restrict = (by: TestPerson, people: TestPerson[] | null) =>
  call(by, 'restrict_workflow', {
    p_workflow: workflow,
    p_people: people?.map(({ id }) => id) ?? null,
  })

/** How many rows of a table somebody sees of the workspace. */
async function rows(person: TestPerson, table: string): Promise<number> {
  const { data, error } = await person.client
    .from(table)
    .select('*')
    .eq('workspace_id', workspace)
    .limit(10)
  if (error) throw error
  return data.length
}

const may = async (asking: PromiseLike<unknown>): Promise<boolean> =>
  await Promise.resolve(asking).then(
    () => true,
    () => false,
  )

/** Who of the workspace sees the workflow at all. */
async function whoSees(): Promise<TestPerson[]> {
  const all = [owner, admin, listed, editor, operator]
  const seen = await Promise.all(all.map((person) => rows(person, 'workflows')))
  return all.filter((_person, n) => seen[n] === 1)
}

describe('a workflow for some members', () => {
  test('is seen by those on its list, by admins and owners, and by nobody else', async () => {
    expect(await whoSees()).toHaveLength(5)
    await restrict(owner, [listed])
    expect(await whoSees()).toEqual([owner, admin, listed])
    await restrict(admin, [])
    expect(await whoSees()).toEqual([owner, admin])
    await restrict(admin, null)
    expect(await whoSees()).toHaveLength(5)
  })

  // Also of tables that nobody has thought of yet: whatever names a workflow or an execution.
  test('shows in no table to somebody else', async () => {
    await call(owner, 'watch', { p_topic: `workflow:${workflow}` })
    await restrict(owner, [listed])
    const { rows: tables } = await crew.db.query<{ name: string; columns: string[] }>(
      `select c.relname as name, array_agg(a.attname::text) as columns
       from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attname in ('workflow_id', 'execution_id', 'approval_id')
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
         and has_table_privilege('authenticated', c.oid, 'select')
       group by c.relname`,
    )
    expect(tables.length).toBeGreaterThan(9)
    const { rows: policies } = await crew.db.query<{ name: string; text: string }>(
      `select tablename as name, string_agg(coalesce(qual, ''), ' ') as text
       from pg_policies
       where schemaname = 'public' and 'authenticated' = any (roles) and cmd in ('SELECT', 'ALL')
       group by tablename`,
    )
    for (const { name } of tables) {
      expect([name, await rows(editor, name)]).toEqual([name, 0])
      // No row of these tables may be there in this test, but their policies are.
      const policy = policies.find((one) => one.name === name)?.text ?? ''
      const asks = policy.includes('hidden_workflow_ids') || policy === ''
      expect([name, asks], 'its policy has to leave out private.hidden_workflow_ids()').toEqual([
        name,
        true,
      ])
    }
    for (const name of ['executions', 'execution_steps', 'workflow_versions', 'triggers'])
      expect([name, await rows(listed, name)]).toEqual([name, 1])
  })

  test('is heard of live by those who see it, and by nobody else', async () => {
    await restrict(owner, [listed])
    await call(admin, 'watch', { p_topic: `restricted:${workspace}` })
    await call(listed, 'watch', { p_topic: `workflow:${workflow}` })
    await call(editor, 'watch', { p_topic: `workspace:${workspace}` })
    const refused = call(listed, 'watch', { p_topic: `restricted:${workspace}` })
    await expect(refused).rejects.toThrow('nothing here that you may watch')
    await call(owner, 'cancel_execution', { p_execution: execution })
    const { rows: told } = await crew.db.query<{ topic: string }>(
      `select distinct split_part(topic, ':', 1) as topic
       from realtime.messages
       where split_part(topic, ':', 2) = any (array[$1, $2]::text[]) and event = 'execution'
       order by 1`,
      [workspace, workflow],
    )
    expect(told.map(({ topic }) => topic)).toEqual(['restricted', 'workflow'])
  })

  test('can’t be worked with by somebody else, whatever their role', async () => {
    const deeds: [string, Record<string, unknown>][] = [
      ['publish_version', { p_workflow: workflow, p_definition: { nodes: [] } }],
      ['save_test_version', { p_workflow: workflow, p_definition: { nodes: [] } }],
      ['pause_workflow', { p_workflow: workflow }],
      ['resume_workflow', { p_workflow: workflow }],
      ['ensure_webhook_endpoint', { p_workflow: workflow, p_node: 'hook' }],
      ['restrict_workflow', { p_workflow: workflow, p_people: null }],
      ['pause_execution', { p_execution: execution }],
      ['resume_execution', { p_execution: execution }],
      ['cancel_execution', { p_execution: execution }],
      ['retry_execution', { p_execution: execution }],
      ['watch', { p_topic: `workflow:${workflow}` }],
      ['watch', { p_topic: `execution:${execution}` }],
    ]
    await restrict(owner, [listed])
    for (const [name, values] of deeds)
      expect([name, await may(call(editor, name, values))]).toEqual([name, false])
    for (const [name, values] of deeds.filter(([deed]) => deed !== 'restrict_workflow'))
      expect([name, await may(call(listed, name, values))]).toEqual([name, true])
    const renamed = await editor.client
      .from('workflows')
      .update({ name: 'Mine now' })
      .eq('id', workflow)
      .select('id')
    expect(renamed.data).toEqual([])
    const last = await call<unknown[]>(editor, 'last_executions', { p_workspace: workspace })
    expect(last).toEqual([])
  })

  // Also by functions that nobody has thought of yet: whatever takes a workflow or an execution.
  test('is unknown to every function that somebody else calls', async () => {
    await restrict(owner, [listed])
    const { rows: functions } = await crew.db.query<{ name: string; call: string }>(
      `select p.oid::regprocedure::text as name,
              format('select * from %s(%s)', p.oid::regproc, (
                select string_agg(
                  case a.name
                    when 'p_workflow' then format('%L::uuid', $1::text)
                    when 'p_execution' then format('%L::uuid', $2::text)
                    else format('null::%s', a.type::regtype)
                  end, ', ' order by a.n)
                from unnest(p.proargnames, p.proargtypes::oid[]) with ordinality as a (name, type, n)
                where a.n <= p.pronargs
              )) as call
       from pg_proc p
       where p.pronamespace = 'public'::regnamespace
         and p.proargnames && array['p_workflow', 'p_execution']
         and has_function_privilege('authenticated', p.oid, 'execute')`,
      [workflow, execution],
    )
    expect(functions.length).toBeGreaterThan(9)
    await crew.db.query('begin')
    try {
      await crew.db.query(
        `select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true)`,
        [JSON.stringify({ sub: editor.id, role: 'authenticated' })],
      )
      for (const { name, call: asked } of functions) {
        await crew.db.query('savepoint asked')
        const told = await crew.db.query(asked).then(
          ({ rowCount }) => rowCount,
          (problem: { code?: string }) => problem.code,
        )
        await crew.db.query('rollback to savepoint asked')
        expect([name, told === 0 || told === '42501' ? 'nothing' : told]).toEqual([name, 'nothing'])
      }
    } finally {
      await crew.db.query('rollback')
    }
  })

  test('is called by no workflow that somebody else builds, unless it called it before', async () => {
    const calls = {
      nodes: [{ id: 'call', title: 'Pay', type: 'logic.call', config: { workflow } }],
    }
    const [old, fresh] = [
      await crew.workflow(workspace, editor, 'Old'),
      await crew.workflow(workspace, editor, 'Fresh'),
    ]
    const publish = (by: TestPerson, into: string) =>
      call(by, 'publish_version', { p_workflow: into, p_definition: calls })
    await publish(editor, old)
    await restrict(owner, [listed])
    await publish(editor, old)
    await expect(publish(editor, fresh)).rejects.toThrow('"Pay" calls a workflow that you may not')
    const run = call(operator, 'save_test_version', { p_workflow: fresh, p_definition: calls })
    await expect(run).rejects.toThrow('that you may not see')
    await publish(listed, fresh)
  })

  test('lets editors on its list decide who is on it, and keeps them there', async () => {
    await restrict(editor, [operator])
    expect(await whoSees()).toEqual([owner, admin, editor, operator])
    await expect(restrict(listed, [listed])).rejects.toThrow('no such workflow')
    await expect(restrict(operator, null)).rejects.toThrow('role does not allow')
    const stranger = await crew.person()
    await expect(restrict(editor, [stranger])).rejects.toThrow('Only members')
    expect(
      (await crew.log(workspace)).filter((action) => action === 'workflow.restricted'),
    ).toEqual(['workflow.restricted'])
  })

  test('is hidden from somebody whose role is lowered, and found again by who is made admin', async () => {
    await restrict(owner, [])
    const lower = { p_workspace: workspace, p_person: admin.id, p_role: 'editor' }
    await call(owner, 'change_role', lower)
    const raise = { p_workspace: workspace, p_person: operator.id, p_role: 'admin' }
    await call(owner, 'change_role', raise)
    expect(await whoSees()).toEqual([owner, operator])
  })
})

describe('an approval of a workflow for some members', () => {
  const open = async (wanted: Record<string, unknown>): Promise<string> => {
    const data = { title: 'Raise?', description: '', policy: 'any', ...wanted }
    const { rows: made } = await crew.db.query<{ id: string }>(
      `insert into public.execution_waits (workspace_id, execution_id, node_id, path, kind, key, data)
       values ($1, $2, 'ask', gen_random_uuid()::text, 'approval', 'decision', $3)
       returning id`,
      [workspace, execution, data],
    )
    return made[0]?.id ?? ''
  }
  const mine = async (person: TestPerson): Promise<string[]> =>
    (await call<{ id: string }[]>(person, 'my_approvals', { p_workspace: workspace })).map(
      ({ id }) => id,
    )
  const sees = async (person: TestPerson, approval: string): Promise<boolean> => {
    const { data } = await person.client.from('approvals').select('id').eq('id', approval)
    return data?.length === 1
  }
  const decide = (person: TestPerson, approval: string) =>
    call(person, 'decide_approval', { p_approval: approval, p_decision: 'approved' })

  test('reaches a person who is asked by name, with nothing else of the execution', async () => {
    await restrict(owner, [listed])
    const approval = await open({ people: [operator.email] })
    expect(await mine(operator)).toEqual([approval])
    expect([await sees(operator, approval), await sees(editor, approval)]).toEqual([true, false])
    for (const table of ['executions', 'execution_steps', 'execution_waits', 'workflows'])
      expect([table, await rows(operator, table)]).toEqual([table, 0])
    const { rows: mails } = await crew.db.query(
      'select from approval_mails where approval_id = $1 and user_id = $2',
      [approval, operator.id],
    )
    expect(mails).toHaveLength(1)
    expect(await decide(operator, approval)).toBe('approved')
    expect([
      await rows(operator, 'approval_decisions'),
      await rows(editor, 'approval_decisions'),
    ]).toEqual([1, 0])
  })

  test('that is asked of a role is asked of those who may see the workflow', async () => {
    await restrict(owner, [listed])
    const approval = await open({ role: 'operator' })
    expect(await mine(listed)).toEqual([approval])
    expect(await mine(editor)).toEqual([])
    expect(await sees(editor, approval)).toBe(false)
    await expect(decide(editor, approval)).rejects.toThrow('Others are asked')
    expect(await decide(listed, approval)).toBe('approved')
  })

  test('stays hidden when its execution is gone', async () => {
    await restrict(owner, [listed])
    const approval = await open({ role: 'operator' })
    await crew.db.query('delete from public.executions where id = $1', [execution])
    expect([await sees(listed, approval), await sees(editor, approval)]).toEqual([true, false])
  })
})
