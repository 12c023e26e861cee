import type { Client } from 'pg'

/** What a workspace holds besides the usual: a workflow for some only, an invitation, and another one that is deleted. */
export interface MoreRows {
  /** A workflow that only admins and owners, and its owner by name, may see. */
  restricted: string
  restrictedExecution: string
  restrictedApproval: string
  /** Of the workflow that everybody sees. */
  comment: string
  /** The viewer's own, which the owner has answered. */
  answered: string
  invitation: string
  /** Of its viewer. */
  invitationToken: string
  /** Another workspace of the owner's, with an admin, that they have deleted. */
  deleted: string
}

interface Place {
  workspace: string
  owner: string
  admin: string
  viewer: string
  email: string
}

async function idOf(db: Client, sql: string, values: unknown[]): Promise<string> {
  const { rows } = await db.query<{ id: string }>(sql, values)
  const row = rows[0]
  if (row === undefined) throw new Error(`no row came back from: ${sql}`)
  return row.id
}

/** Adds them, as the workspace's owner. */
export async function addMoreRows(db: Client, place: Place, workflow: string): Promise<MoreRows> {
  return {
    ...(await addRestricted(db, place, workflow)),
    ...(await addInvitation(db, place)),
    deleted: await addDeleted(db, place),
  }
}

/** A workflow for some only, with a row in each table that tells of workflows and executions. */
async function addRestricted(db: Client, { workspace, owner, viewer }: Place, workflow: string) {
  const restricted = await idOf(
    db,
    `insert into public.workflows (workspace_id, name) values ($1, 'Salaries') returning id`,
    [workspace],
  )
  const nodes = [{ id: 'hook', type: 'trigger.webhook', config: {} }]
  const version = await idOf(db, `select id from public.publish_version($1, $2)`, [
    restricted,
    { schema: 1, nodes, edges: [], settings: {} },
  ])
  const execution = await idOf(
    db,
    `insert into public.executions (id, workspace_id, workflow_id, version_id, trigger_node, trigger_kind, trigger_data, status)
     select overlay(gen_random_uuid()::text placing left(private.uuid_v7_floor(now())::text, 14) from 1)::uuid,
            $1, $2, $3, 'hook', 'trigger.webhook', '{}', 'succeeded'
     returning id`,
    [workspace, restricted, version],
  )
  await db.query(
    `insert into public.execution_steps (execution_id, workspace_id, node_id, attempt, seq, status, started_at)
     values ($1, $2, 'hook', 1, 1, 'succeeded', now())`,
    [execution, workspace],
  )
  await db.query(
    `insert into public.execution_payloads (execution_id, workspace_id, key, value) values ($1, $2, 'k', '{}')`,
    [execution, workspace],
  )
  const approval = await idOf(
    db,
    `insert into public.execution_waits (workspace_id, execution_id, node_id, kind, key, data)
     values ($1, $2, 'hook', 'approval', 'decision', '{"title": "t", "description": "", "policy": "any", "role": "viewer"}')
     returning id`,
    [workspace, execution],
  )
  await db.query(
    `insert into public.execution_waits (workspace_id, execution_id, node_id, kind, key)
     values ($1, $2, 'hook', 'verdict', '1')`,
    [workspace, execution],
  )
  await db.query(
    `insert into public.approval_decisions (approval_id, workspace_id, user_id, decided_by, decision)
     values ($1, $2, $3, 'Somebody else', 'approved')`,
    [approval, workspace, restricted],
  )
  // For its own sake it isn't restricted: whoever sees a workflow sees for whom it is.
  await db.query(
    `insert into public.workflow_people (workspace_id, workflow_id, user_id) values ($1, $2, $3)`,
    [workspace, workflow, owner],
  )
  await db.query(
    `insert into public.workflow_samples (workspace_id, workflow_id, node_id)
     select $1, workflow, 'hook' from unnest($2::uuid[]) as workflow`,
    [workspace, [workflow, restricted]],
  )
  const comment = await idOf(
    db,
    `insert into public.workflow_comments (workspace_id, workflow_id, author, body)
     select $1, workflow, $2, 'Why is this here?' from unnest($3::uuid[]) as workflow
     order by workflow = $4 desc returning id`,
    [workspace, owner, [workflow, restricted], workflow],
  )
  await db.query(
    `insert into public.comment_reads (workspace_id, workflow_id, user_id)
     select m.workspace_id, workflow, m.user_id
     from public.members m, unnest($2::uuid[]) as workflow where m.workspace_id = $1`,
    [workspace, [workflow, restricted]],
  )
  const answered = await idOf(
    db,
    `with asked as (
       insert into public.workflow_comments (workspace_id, workflow_id, author, body)
       values ($1, $2, $3, 'Is this still so?') returning id
     ), answer as (
       insert into public.workflow_comments (workspace_id, workflow_id, author, body, thread_id)
       select $1, $2, $4, 'It is.', id from asked
     )
     select id from asked`,
    [workspace, workflow, viewer, owner],
  )
  await db.query(
    `insert into private.draft_authors (workflow_id, workspace_id, author)
     select workflow, $1, $2 from unnest($3::uuid[]) as workflow`,
    [workspace, owner, [workflow, restricted]],
  )
  await db.query(`select public.restrict_workflow($1, array[$2::uuid])`, [restricted, owner])
  await db.query(
    `insert into private.stopped_workflows (workflow_id, workspace_id, version_id) values ($1, $2, $3)`,
    [restricted, workspace, version],
  )
  await db.query(
    `insert into realtime.messages (topic, extension, payload, event, private)
     select topic, 'broadcast', '{}', 'x', true from unnest($1::text[]) as topic`,
    [[`restricted:${workspace}`, `workflow:${restricted}`, `execution:${execution}`]],
  )
  return {
    restricted,
    restrictedExecution: execution,
    restrictedApproval: approval,
    comment,
    answered,
  }
}

async function addInvitation(db: Client, { workspace, owner, email }: Place) {
  const token = `token of ${email}`
  const invitation = await idOf(
    db,
    `insert into public.invitations (workspace_id, email, role, invited_by) values ($1, $2, 'editor', $3) returning id`,
    [workspace, `viewer.${email}`, owner],
  )
  await db.query(
    `insert into private.invitation_hashes (hash, invitation_id, workspace_id) values (sha256(convert_to($1, 'UTF8')), $2, $3)`,
    [token, invitation, workspace],
  )
  return { invitation, invitationToken: token }
}

async function addDeleted(db: Client, { admin }: Place): Promise<string> {
  const deleted = await idOf(db, `select id from public.create_workspace('Gone')`, [])
  await db.query(
    `insert into public.members (workspace_id, user_id, role) values ($1, $2, 'admin')`,
    [deleted, admin],
  )
  await db.query(`select public.delete_workspace($1, 'Gone')`, [deleted])
  return deleted
}
