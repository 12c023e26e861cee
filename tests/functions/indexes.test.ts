import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Stack } from '../../local/stack.ts'
import { startTestStack } from '../../local/testing.ts'

let stack: Stack
let db: Client

beforeAll(async () => {
  stack = await startTestStack({ functions: false, worker: 0 })
  db = new Client({ connectionString: stack.databaseUrl })
  await db.connect()
})
afterAll(async () => {
  await db.end()
  await stack.stop()
})

const ID = `'00000000-0000-7000-8000-000000000000'::uuid`

/**
 * Every index of ours that isn't a key, and the query that needs it: each costs every write to its table, so a new one
 * has to be worth that. Shortened to what decides which index is taken.
 */
const NEEDED: Record<string, [why: string, query: string]> = {
  connections_by_name: [
    'a name that is taken, told while it is being saved',
    `select id from public.connections where workspace_id = ${ID} and lower(name) = 'shop' and status <> 'revoked'`,
  ],
  connections_by_creator: [
    'removing a person: what they made stays, without its maker',
    `select id from public.connections where created_by = ${ID}`,
  ],
  connection_secrets_by_workspace: [
    'a workspace’s secrets, under their policy; removing a workspace',
    `select field from private.connection_secrets where workspace_id = ${ID}`,
  ],
  connection_secrets_by_key: [
    'what an older key encrypted (vault.ts), every minute in every worker',
    `select field from private.connection_secrets where key_id = any ('{a,b}') and key_id <> 'b'`,
  ],
  rate_buckets_by_workspace: [
    'removing a workspace',
    `select key from private.rate_buckets where workspace_id = ${ID}`,
  ],
  rate_buckets_by_time: [
    'forgetting buckets that nobody has asked for lately, every minute',
    `select key from private.rate_buckets where at < now() - interval '10 minutes'`,
  ],
  webhook_secrets_by_key: [
    'what an older key encrypted (reseal.ts), every minute in every worker',
    `select token from private.webhook_secrets where key_id = any ('{a,b}') and key_id <> 'b'`,
  ],
  webhook_secrets_by_previous_key: [
    'the same, of secrets that were replaced and still count',
    `select token from private.webhook_secrets where previous_key_id is not null and previous_key_id = any ('{a,b}')`,
  ],
  connection_sign_ins_by_connection: [
    'sign-ins of a connection that was revoked or removed',
    `select user_id from private.connection_sign_ins where workspace_id = ${ID} and connection_id = ${ID}`,
  ],
  connection_sign_ins_by_person: [
    'removing a person',
    `select connection_id from private.connection_sign_ins where user_id = ${ID}`,
  ],
  invitations_open: [
    'the open invitation of an address, which a new one replaces',
    `select id from public.invitations where workspace_id = ${ID} and lower(email) = 'a@b.c' and accepted_at is null and revoked_at is null`,
  ],
  invitations_by_workspace: [
    'the invitations of a workspace, newest first, under their policy',
    `select email from public.invitations where workspace_id = ${ID} order by created_at desc`,
  ],
  invitations_by_inviter: [
    'what one person has sent within a day; removing a person',
    `select email from public.invitations where invited_by = ${ID}`,
  ],
  invitations_by_accepter: [
    'removing a person',
    `select email from public.invitations where accepted_by = ${ID}`,
  ],
  invitation_hashes_by_workspace: [
    'removing a workspace',
    `select invitation_id from private.invitation_hashes where workspace_id = ${ID}`,
  ],
  stopped_workflows_by_workspace: [
    'restoring or removing a workspace',
    `select version_id from private.stopped_workflows where workspace_id = ${ID}`,
  ],
  stopped_workflows_by_version: [
    'removing a version',
    `select workflow_id from private.stopped_workflows where version_id = ${ID}`,
  ],
  workspaces_deleted: [
    'the few that every look-up of somebody’s workspaces leaves out (my_workspaces), and upkeep removes',
    `select id from public.workspaces where deleted_at is not null`,
  ],
  workflows_restricted: [
    'what is kept from somebody (hidden_workflow_ids), asked by every policy of workflows and executions',
    `select id from public.workflows where workspace_id = ${ID} and is_restricted`,
  ],
  workflow_people_by_person: [
    'the lists of a member who leaves',
    `select workflow_id from public.workflow_people where workspace_id = ${ID} and user_id = ${ID}`,
  ],
  draft_authors_by_workspace: [
    'removing a workflow',
    `select author from private.draft_authors where workspace_id = ${ID} and workflow_id = ${ID} and changed_at > now()`,
  ],
  workflow_samples_by_workspace: [
    'the samples of a workspace’s workflow, under their policy; removing a workflow',
    `select label from public.workflow_samples where workspace_id = ${ID} and workflow_id = ${ID}`,
  ],
  workflow_samples_by_person: [
    'removing a person',
    `select label from public.workflow_samples where chosen_by = ${ID}`,
  ],
  api_keys_by_workspace: [
    'the keys of a workspace, newest first, under their policy',
    `select name from public.api_keys where workspace_id = ${ID} order by created_at desc`,
  ],
  api_keys_by_person: [
    'removing a person, with the keys that act for them',
    `select name from public.api_keys where created_by = ${ID}`,
  ],
  api_key_hashes_by_workspace: [
    'removing a workspace',
    `select key_id from private.api_key_hashes where workspace_id = ${ID}`,
  ],
  webhook_deliveries_by_workspace: [
    'removing a workspace',
    `select execution_id from private.webhook_deliveries where workspace_id = ${ID}`,
  ],
  webhook_deliveries_by_time: [
    'deliveries that are forgotten after their time',
    `select execution_id from private.webhook_deliveries where received_at < now() - interval '1 day'`,
  ],
  audit_entries_by_workspace: [
    'the audit log, newest first, under its policy',
    `select action from public.audit_entries where workspace_id = ${ID} order by id desc limit 50`,
  ],
  audit_entries_by_actor: [
    'what one person did; the people whom the log names (audit_people)',
    `select action from public.audit_entries where workspace_id = ${ID} and actor_id = ${ID} order by id desc limit 50`,
  ],
  session_places_by_person: [
    'removing a person',
    `select agent from private.session_places where user_id = ${ID}`,
  ],
  session_entries_by_workspace: [
    'removing a workspace',
    `select entered_at from private.session_entries where workspace_id = ${ID}`,
  ],
  sign_in_attempts_by_time: [
    'attempts of the days before, forgotten at each new one (begin_sign_in)',
    `select attempts from private.sign_in_attempts where last_at < now() - interval '1 day'`,
  ],
  executions_by_workflow: [
    'a workflow’s history, and the newest execution beside each workflow (last_executions)',
    `select id from public.executions where workflow_id = ${ID} order by id desc limit 50`,
  ],
  executions_by_workspace: [
    'a workspace’s history, under its policy',
    `select id from public.executions where workspace_id = ${ID} order by id desc limit 50`,
  ],
  executions_open: [
    'executions whose lease ran out (claim.ts), every second in every worker',
    `select id from public.executions where status = 'running' and lease_until < now() order by lease_until limit 50`,
  ],
  executions_waiting: [
    'sleepers that nobody woke (claim.ts); what outlives its day (private.open_executions)',
    `select id from public.executions where status = 'waiting' and wake_at < now() order by wake_at limit 50`,
  ],
  executions_queued: [
    'what is queued, workspace by workspace (claim.ts)',
    `select id from public.executions where workspace_id = ${ID} and status = 'queued' and not held order by id limit 200`,
  ],
  executions_held: [
    'whose turn it is in a workflow with limits (private.admit)',
    `select id from public.executions where workflow_id = ${ID} and held and status = 'queued' order by id limit 1`,
  ],
  executions_limited: [
    'how many of a workflow with limits are under way (private.limits_room)',
    `select count(*) from public.executions
     where workflow_id = ${ID} and is_limited and not held and status in ('queued', 'running', 'waiting')`,
  ],
  executions_admitted: [
    'how many of a workflow with limits began lately (private.limits_room)',
    `select count(*) from public.executions where workflow_id = ${ID} and admitted_at > now() - interval '1 minute'`,
  ],
  executions_by_parent: [
    'cancelling reaches what an execution has called (private.cancel_executions)',
    `select id from public.executions where parent_id = ${ID}`,
  ],
  executions_by_caller: [
    'what an execution has started without waiting for it (relatives.ts)',
    `select id from public.executions where caller_id = ${ID}`,
  ],
  executions_by_replay_of: [
    'whether an execution was replayed already (private.queue_replays)',
    `select id from public.executions where replay_of = ${ID}`,
  ],
  execution_waits_by_key: [
    'who waits for what has arrived (private.tell_parent, callbacks, records)',
    `select id from public.execution_waits where kind = 'callback' and key = 'k' and delivered_at is null`,
  ],
  execution_waits_by_workspace: [
    'what a workspace’s executions wait for, under its policy; removing a workspace',
    `select id from public.execution_waits where workspace_id = ${ID}`,
  ],
  approvals_by_workspace: [
    'what a workspace has to decide, oldest first (my_approvals); its policy; removing a workspace',
    `select id from public.approvals where workspace_id = ${ID} and status = 'pending' order by opened_at`,
  ],
  approval_mails_by_workspace: [
    'who was told of a workspace’s approvals, under its policy; removing a workspace',
    `select id from public.approval_mails where workspace_id = ${ID}`,
  ],
  members_by_user: [
    'the workspaces of whoever asks (private.my_workspaces), in every policy',
    `select workspace_id from public.members where user_id = ${ID} and role = 'owner'`,
  ],
  pipeline_fields_by_workspace: [
    'the fields of a workspace’s pipelines, under its policy',
    `select id from public.pipeline_fields where workspace_id = ${ID}`,
  ],
  records_by_pipeline: [
    'a pipeline’s records, newest first',
    `select id from public.records where pipeline_id = ${ID} and deleted_at is null order by created_at desc limit 50`,
  ],
  records_by_workspace: [
    'the records of one workspace, under its policies; removing a workspace or a pipeline',
    `select id from public.records where workspace_id = ${ID} and pipeline_id = ${ID}`,
  ],
  triggers_by_workspace: [
    'a workspace’s live triggers of one kind',
    `select id from public.triggers where workspace_id = ${ID} and kind = 'trigger.record'`,
  ],
  triggers_schedules: [
    'schedules that are new or overdue (schedules.ts), every two seconds in every worker',
    `select id from public.triggers
     where kind = 'trigger.schedule' and (next_fire_at is null or next_fire_at < now())
     order by next_fire_at nulls first limit 100`,
  ],
  webhook_endpoints_by_workspace: [
    'the addresses of a workspace, under its policy',
    `select token from public.webhook_endpoints where workspace_id = ${ID}`,
  ],
  workflow_comments_by_workflow: [
    'what is said about a workflow, under its policy; removing a workflow',
    `select id from public.workflow_comments where workspace_id = ${ID} and workflow_id = ${ID} order by created_at`,
  ],
  comment_reads_by_workflow: [
    'who has read what is said about a workflow; removing it',
    `select user_id from public.comment_reads where workspace_id = ${ID} and workflow_id = ${ID}`,
  ],
  workflow_comments_by_thread: [
    'a thread’s answers; they go with its first comment',
    `select id from public.workflow_comments where thread_id = ${ID}`,
  ],
  workflow_comments_by_author: [
    'removing a person',
    `select id from public.workflow_comments where author = ${ID}`,
  ],
  workflow_comments_by_resolver: [
    'removing a person',
    `select id from public.workflow_comments where resolved_by = ${ID}`,
  ],
  workflow_draft_updates_by_workflow: [
    'what was drawn since the last compaction, in order (the co-editing server)',
    `select update from public.workflow_draft_updates where workflow_id = ${ID} order by id`,
  ],
  workflow_versions_by_workspace: [
    'the versions of a workspace’s workflows, under its policy',
    `select id from public.workflow_versions where workspace_id = ${ID} and workflow_id = ${ID}`,
  ],
  workflow_versions_retention: [
    'upkeep looks for the workflows that keep less than others',
    `select v.id from public.workflow_versions v where v.retention_days is not null`,
  ],
  workflow_versions_test_once: [
    'a draft that was tried before is found again, not stored again (save_test_version)',
    `select id from public.workflow_versions where workflow_id = ${ID} and content_hash = 'h' and kind = 'test'`,
  ],
  workflows_by_workspace: [
    'a workspace’s workflows, newest first',
    `select id from public.workflows where workspace_id = ${ID} and deleted_at is null order by updated_at desc`,
  ],
  pipelines_by_creator: [
    'deleting an account clears what it made',
    `select id from public.pipelines where created_by = ${ID}`,
  ],
  records_by_creator: [
    'deleting an account clears what it made',
    `select id from public.records where created_by = ${ID}`,
  ],
  triggers_by_version: [
    'deleting a version deletes its triggers',
    `select id from public.triggers where version_id = ${ID}`,
  ],
  webhook_secrets_by_workspace: [
    'deleting a workspace deletes its secrets',
    `select token from private.webhook_secrets where workspace_id = ${ID}`,
  ],
  workflow_versions_by_creator: [
    'deleting an account clears what it made',
    `select id from public.workflow_versions where created_by = ${ID}`,
  ],
  workflows_by_latest_version: [
    'deleting a version asks whether it can be resumed',
    `select id from public.workflows where latest_version_id = ${ID}`,
  ],
  workflows_by_live_version: [
    'deleting a version asks whether it is live',
    `select id from public.workflows where live_version_id = ${ID}`,
  ],
  workflows_by_owner: [
    'deleting an account clears what it owned',
    `select id from public.workflows where owner = ${ID}`,
  ],
  workspaces_by_creator: [
    'deleting an account asks which workspaces it made',
    `select id from public.workspaces where created_by = ${ID}`,
  ],
}

const OURS = `('public'::regnamespace, 'private'::regnamespace)`

/** Indexes of ours by name; without those that a key or a "unique" made, which are there for what they forbid. */
const indexes = async (): Promise<string[]> => {
  const { rows } = await db.query<{ name: string }>(`
    select c.relname as name
    from pg_class c
    where c.relkind in ('i', 'I') and c.relnamespace in ${OURS} and not c.relispartition
      and not exists (select from pg_constraint k where k.conindid = c.oid)
    order by c.relname`)
  return rows.map((row) => row.name)
}

test('every index is needed by a query', async () => {
  expect(await indexes()).toEqual(Object.keys(NEEDED).toSorted())
})

/** The indexes in a plan; of partitions', the parent's name. */
async function usedBy(query: string): Promise<string[]> {
  const { rows } = await db.query<{ 'QUERY PLAN': unknown }>(`explain (format json) ${query}`)
  const names = [...JSON.stringify(rows).matchAll(/"Index Name":"([^"]+)"/g)].map(
    (found) => found[1],
  )
  const { rows: parents } = await db.query<{ name: string }>(
    `select distinct coalesce(p.relname, c.relname) as name
     from pg_class c
     left join pg_inherits i on i.inhrelid = c.oid
     left join pg_class p on p.oid = i.inhparent
     where c.relkind in ('i', 'I') and c.relname = any ($1)`,
    [names],
  )
  return parents.map((row) => row.name)
}

test.each(Object.entries(NEEDED))('%s serves %s', async (index, [, query]) => {
  // The tables are empty: reading them whole would be cheapest.
  await db.query('set enable_seqscan = off; set enable_bitmapscan = off')
  expect(await usedBy(query)).toEqual([index])
})
