import type { Client } from 'pg'
import { addMoreRows, type MoreRows } from './more-rows.ts'
import { roles, type Role } from './roles.ts'

/** A workspace with a person of each role, holding one row of every tenant table. */
export interface Tenant extends MoreRows {
  /** Its owner. */
  user: string
  people: Record<Role, string>
  /** Was a member, and isn't any more. */
  removed: string
  workspace: string
  workflow: string
  version: string
  execution: string
  pipeline: string
  record: string
  token: string
  approval: string
  unasked: string
  key: string
  connection: string
  /** Where the owner is signed in. */
  session: string
}

async function one(db: Client, sql: string, values: unknown[]): Promise<string> {
  const { rows } = await db.query<{ id: string }>(sql, values)
  const row = rows[0]
  if (row === undefined) throw new Error(`no row came back from: ${sql}`)
  return row.id
}

/** Makes an account and answers with its id. */
export type NewPerson = (db: Client, email: string) => Promise<string>

/** An account without a password, signed in: for tests that act as somebody within the database. */
export const accountOnly: NewPerson = (db, email) =>
  one(
    db,
    `with person as (insert into auth.users (id, email) values (gen_random_uuid(), $1) returning id)
     insert into auth.sessions (id, user_id) select gen_random_uuid(), id from person returning user_id as id`,
    [email],
  )

/** A person of each role besides the owner, and one who was removed. */
async function addMembers(
  db: Client,
  newPerson: NewPerson,
  { workspace, owner, email }: { workspace: string; owner: string; email: string },
) {
  const add = async (role: Role): Promise<string> => {
    const person = await newPerson(db, `${role}.${email}`)
    await db.query(`insert into public.members (workspace_id, user_id, role) values ($1, $2, $3)`, [
      workspace,
      person,
      role,
    ])
    return person
  }
  const people = { viewer: owner, operator: owner, editor: owner, admin: owner, owner }
  for (const role of roles) if (role !== 'owner') people[role] = await add(role)
  const removed = await newPerson(db, `removed.${email}`)
  await db.query(
    `insert into public.members (workspace_id, user_id, role) values ($1, $2, 'admin')`,
    [workspace, removed],
  )
  await db.query(`select public.watch('workspace:' || $1)`, [workspace])
  await db.query(`delete from public.members where workspace_id = $1 and user_id = $2`, [
    workspace,
    removed,
  ])
  return { people, removed }
}

/** Fills a workspace through the same SQL functions that the app calls; only the engine's tables are written directly. */
export async function makeTenant(
  db: Client,
  email: string,
  newPerson: NewPerson = accountOnly,
): Promise<Tenant> {
  const user = await newPerson(db, email)
  await db.query(`select set_config('request.jwt.claims', $1, false)`, [
    JSON.stringify({ sub: user }),
  ])
  const workspace = await one(db, `select id from public.create_workspace($1)`, [`${email}'s`])
  const { people, removed } = await addMembers(db, newPerson, { workspace, owner: user, email })
  const workflow = await one(
    db,
    `insert into public.workflows (workspace_id, name) values ($1, 'Welcome') returning id`,
    [workspace],
  )
  const definition = {
    schema: 1,
    nodes: [{ id: 'hook', type: 'trigger.webhook', config: {} }],
    edges: [],
    settings: {},
  }
  const version = await one(db, `select id from public.publish_version($1, $2)`, [
    workflow,
    definition,
  ])
  const token = await one(
    db,
    `select token as id from public.webhook_endpoints where workflow_id = $1`,
    [workflow],
  )
  const pipeline = await one(
    db,
    `insert into public.pipelines (workspace_id, name) values ($1, 'Deals') returning id`,
    [workspace],
  )
  await db.query(
    `insert into public.pipeline_fields (workspace_id, pipeline_id, key, title, type) values ($1, $2, 'amount', 'Amount', 'number')`,
    [workspace, pipeline],
  )
  const record = await one(
    db,
    `insert into public.records (workspace_id, pipeline_id, data) values ($1, $2, '{"amount": 3}') returning id`,
    [workspace, pipeline],
  )
  const execution = await one(
    db,
    `insert into public.executions (id, workspace_id, workflow_id, version_id, trigger_node, trigger_kind, trigger_data, status)
     select overlay(gen_random_uuid()::text placing left(private.uuid_v7_floor(now())::text, 14) from 1)::uuid,
            $1, $2, $3, 'hook', 'trigger.webhook', '{}', 'succeeded'
     returning id`,
    [workspace, workflow, version],
  )
  await db.query(
    `insert into public.execution_steps (execution_id, workspace_id, node_id, attempt, seq, status, started_at)
     values ($1, $2, 'hook', 1, 1, 'succeeded', now())`,
    [execution, workspace],
  )
  await db.query(
    `insert into public.execution_waits (workspace_id, execution_id, node_id, kind, key)
     values ($1, $2, 'hook', 'callback', 'door'), ($1, $2, 'hook', 'verdict', '1')`,
    [workspace, execution],
  )
  const approval = await one(
    db,
    `insert into public.execution_waits (workspace_id, execution_id, node_id, kind, key, data)
     values ($1, $2, 'hook', 'approval', 'decision', '{"title": "t", "description": "", "policy": "any", "role": "admin"}')
     returning id`,
    [workspace, execution],
  )
  // Nobody has that address: the owners are asked instead.
  const unasked = await one(
    db,
    `insert into public.execution_waits (workspace_id, execution_id, node_id, path, kind, key, data)
     values ($1, $2, 'hook', 'x', 'approval', 'decision', '{"title": "t", "description": "", "policy": "any", "people": ["nobody@example.org"]}')
     returning id`,
    [workspace, execution],
  )
  await db.query(
    `insert into public.approval_decisions (approval_id, workspace_id, user_id, decided_by, decision)
     values ($1, $2, $3, 'Somebody else', 'approved')`,
    [approval, workspace, pipeline],
  )
  await db.query(
    `insert into public.execution_payloads (execution_id, workspace_id, key, value) values ($1, $2, 'k', '{}')`,
    [execution, workspace],
  )
  await db.query(`insert into public.workflow_drafts (workflow_id, workspace_id) values ($1, $2)`, [
    workflow,
    workspace,
  ])
  await db.query(
    `insert into public.workflow_draft_updates (workflow_id, workspace_id, update) values ($1, $2, '\\x00')`,
    [workflow, workspace],
  )
  await db.query(
    `insert into private.webhook_secrets (token, workspace_id, key_id, ciphertext) values ($1, $2, 'k', '\\x00')`,
    [token, workspace],
  )
  const connection = await one(
    db,
    `insert into public.connections (workspace_id, name, kind, allowed_hosts) values ($1, 'Service', 'http.bearer', '{localhost}') returning id`,
    [workspace],
  )
  await db.query(
    `insert into private.connection_secrets (connection_id, workspace_id, field, key_id, ciphertext) values ($1, $2, 'password', 'k', '\\x00')`,
    [connection, workspace],
  )
  await db.query(
    `insert into private.connection_sign_ins (state_hash, workspace_id, connection_id, user_id, return_to, key_id, ciphertext, expires_at)
     values (sha256($2::text::bytea), $1, $2::uuid, $3, '/', 'k', '\\x00', now())`,
    [workspace, connection, user],
  )
  await db.query(`select public.create_api_key($1, 'Cash desk', array['executions:read'])`, [
    workspace,
  ])
  const key = await one(db, `select id from public.api_keys where workspace_id = $1`, [workspace])
  await db.query(
    `insert into private.rate_buckets (key, workspace_id, room) values ('webhooks of ' || $1::text, $1::uuid, 1)`,
    [workspace],
  )
  await db.query(
    `insert into private.webhook_deliveries (token, delivery, workspace_id, execution_id) values ($1, sha256('d'), $2, $3)`,
    [token, workspace, execution],
  )
  const session = await one(
    db,
    `insert into auth.sessions (id, user_id) values (gen_random_uuid(), $1) returning id`,
    [user],
  )
  await db.query(`select private.see_session($1, $2, $3, 'Firefox', '::1')`, [
    ...[user, session, workspace],
  ])
  await db.query(
    `insert into private.sign_in_attempts (key, attempts, last_at) values (sha256($1::text::bytea), 1, now())`,
    [workspace],
  )
  await db.query(`select public.watch('workflow:' || $1)`, [workflow])
  for (const topic of [
    `workspace:${workspace}`,
    `approvals:${workspace}`,
    `workflow:${workflow}`,
    `execution:${execution}`,
    `pipeline:${pipeline}`,
  ])
    await db.query(
      `insert into realtime.messages (topic, extension, payload, event, private) values ($1, 'broadcast', '{}', 'x', true)`,
      [topic],
    )
  const place = { workspace, owner: user, admin: people.admin, viewer: people.viewer, email }
  const more = await addMoreRows(db, place, workflow)
  return {
    ...more,
    user,
    people,
    removed,
    workspace,
    workflow,
    version,
    execution,
    pipeline,
    record,
    token,
    approval,
    unasked,
    key,
    connection,
    session,
  }
}

/** Ann's workspace, Bob's, and somebody who owns Ann's as well and may only look at Bob's. */
export interface Tenants {
  ann: Tenant
  bob: Tenant
  guest: string
}

/** Both workspaces, filled. */
export async function makeTenants(
  db: Client,
  newPerson: NewPerson = accountOnly,
): Promise<Tenants> {
  const ann = await makeTenant(db, 'ann@example.org', newPerson)
  const bob = await makeTenant(db, 'bob@example.org', newPerson)
  const guest = await newPerson(db, 'guest@example.org')
  await db.query(
    `insert into public.members (workspace_id, user_id, role) values ($1, $3, 'owner'), ($2, $3, 'viewer')`,
    [ann.workspace, bob.workspace, guest],
  )
  return { ann, bob, guest }
}
