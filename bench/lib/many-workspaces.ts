import type { Client } from 'pg'

/** A workspace with somebody who belongs to it, and some of its executions. */
export interface FilledWorkspace {
  id: string
  person: string
  executions: string[]
}

/**
 * Workspaces with five members each, everyone in five of them, and executions of days that are over. Set by set, and
 * into the partitions themselves: what tells people of new rows isn't for rows of the past.
 */
export async function fillWorkspaces(
  db: Client,
  workspaces: number,
  executions: number,
  days: number,
): Promise<FilledWorkspace[]> {
  await db.query(
    `select private.ensure_partitions((now() at time zone 'UTC')::date - $1::integer, (now() at time zone 'UTC')::date - 1)`,
    [days],
  )
  await db.query(
    `create temp table workspace as
     with people as (
       insert into auth.users (id, email)
       select gen_random_uuid(), 'person' || n || '@example.org' from generate_series(0, $1::integer - 1) as n
       returning id
     )
     select row_number() over () - 1 as n, id as person, gen_random_uuid() as id, gen_random_uuid() as workflow,
            gen_random_uuid() as version
     from people`,
    [workspaces],
  )
  await db.query(
    `insert into public.workspaces (id, name, created_by) select id, 'Workspace ' || n, person from workspace`,
  )
  await db.query(
    `insert into public.members (workspace_id, user_id, role)
     select w.id, p.person, (case when p.n = w.n then 'owner' else 'editor' end)::public.member_role
     from workspace w
     join workspace p on (p.n - w.n + $1::integer) % $1::integer < 5`,
    [workspaces],
  )
  await db.query(
    `insert into public.workflows (id, workspace_id, name) select workflow, id, 'Workflow' from workspace`,
  )
  await db.query('create unique index on workspace (n)')
  await db.query('analyze workspace')
  for (let day = 1; day <= days; day++)
    await fillDay(db, day, Math.ceil(executions / days), workspaces)
  await db.query('vacuum analyze public.executions')
  await db.query('vacuum analyze public.members')
  await db.query('checkpoint')
  const { rows } = await db.query<FilledWorkspace>(
    `select w.id, w.person,
            array(select e.id from public.executions e where e.workspace_id = w.id order by md5(e.id::text) limit 50) as executions
     from workspace w`,
  )
  return rows
}

/** The executions of one day, so many days ago, each workspace's turn after the other's. */
async function fillDay(db: Client, ago: number, count: number, workspaces: number): Promise<void> {
  const { rows } = await db.query<{ name: string }>(
    `select to_char((now() at time zone 'UTC')::date - $1::integer, 'YYYYMMDD') as name`,
    [ago],
  )
  // Version 7 ids: 48 bits of milliseconds, the rest by chance.
  await db.query(
    `insert into partitions.executions_${rows[0]?.name ?? ''} (
       id, workspace_id, workflow_id, version_id, trigger_node, trigger_kind, trigger_data, status, created_at, finished_at
     )
     select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(g.n % 4096), 3, '0')
              || '8' || substr(md5(g.n::text), 1, 15))::uuid,
            w.id, w.workflow, w.version, 'webhook', 'trigger.webhook',
            '{"body": {"name": "Ada Lovelace", "email": "ada@example.org", "amount": 17}}',
            (case when g.n % 25 = 0 then 'failed' else 'succeeded' end)::public.execution_status,
            at, at + interval '12 ms'
     from generate_series(0, $2::integer - 1) as g (n)
     cross join lateral (
       select ((now() at time zone 'UTC')::date - $1::integer)::timestamp at time zone 'UTC'
              + g.n * (interval '23 hours' / $2::integer) as at
     ) as moment
     join workspace w on w.n = g.n % $3::integer`,
    [ago, count, workspaces],
  )
}
