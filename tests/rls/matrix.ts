/**
 * Who may do what, to whose rows: the whole of it. Whatever isn't written here is refused, and a table, view or
 * function of the database that isn't named here at all fails the test.
 *
 * How to read a cell (identities.ts says who each one is):
 *   anonymous     nobody in particular: whoever has the link, without an account
 *   signed-in     anyone with an account, whatever they belong to
 *   editor        editors of the row's workspace
 *   editor+       editors and every role above: admins and owners
 *   engine        the engine, in the workspace that is set for the transaction
 *   engine*       the engine, in every workspace
 *   editor+(name) only this column; without brackets every column
 *
 * To add a table: a row here, and one row of each workspace in two-workspaces.ts. To add a function: a line below.
 */
export interface TableRules {
  select?: string
  insert?: string
  update?: string
  delete?: string
  /** Which rows are meant, where it isn't all those of the workspace. $me is whoever asks; see two-workspaces.ts. */
  rows?: string
  /** Settings that the policies read, besides who asks. */
  settings?: Record<string, string>
}

/** Tables and views. "name: what" is a second line for some of a table's rows; grants are those of all its lines. */
export const tables: Record<string, TableRules> = {
  workspaces: {
    select: 'viewer+ engine*',
    update: 'admin+(name time_zone)',
    rows: 'id = $workspace',
  },
  members: { select: 'viewer+ app*' },
  invitations: { select: 'admin+' },
  'private.invitation_hashes': {},
  'private.stopped_workflows': {},
  'profiles: one’s own': {
    select: 'signed-in app*',
    update: 'signed-in(display_name)',
    rows: 'user_id = $me',
  },
  'profiles: a colleague’s': { select: 'viewer+ app*', rows: 'user_id = $colleague' },

  workflows: {
    select: 'viewer+ engine* app*',
    insert: 'editor+(id workspace_id name description)',
    update: 'editor+(name description owner archived_at deleted_at)',
  },
  // Only for some: of its rows nobody sees anything who isn't on the list, nor an admin (restricted-workflows.test.ts).
  'workflows: a restricted one': {
    select: 'admin+ engine* app*',
    insert: 'editor+(id workspace_id name description)',
    update: 'admin+(name description owner archived_at deleted_at)',
    rows: 'id = $restricted',
  },
  workflow_people: { select: 'viewer+', rows: 'workflow_id = $workflow' },
  'workflow_people: of a restricted one': { select: 'admin+', rows: 'workflow_id = $restricted' },
  workflow_samples: { select: 'viewer+', rows: 'workflow_id = $workflow' },
  'workflow_samples: of a restricted one': { select: 'admin+', rows: 'workflow_id = $restricted' },
  workflow_comments: { select: 'viewer+', rows: 'workflow_id = $workflow' },
  'workflow_comments: of a restricted one': { select: 'admin+', rows: 'workflow_id = $restricted' },
  comment_reads: { select: 'viewer+', rows: 'workflow_id = $workflow and user_id = $me' },
  'comment_reads: of a restricted one': {
    select: 'admin+',
    rows: 'workflow_id = $restricted and user_id = $me',
  },
  'comment_reads: a colleague’s': { rows: 'user_id = $colleague' },
  workflow_versions: { select: 'viewer+ engine*' },
  'workflow_versions: of a restricted one': {
    select: 'admin+ engine*',
    rows: 'workflow_id = $restricted',
  },
  workflow_drafts: { select: 'app*', insert: 'app*', update: 'app*' },
  workflow_draft_updates: { select: 'app*', insert: 'app*', delete: 'app*' },
  'private.draft_authors': {},

  triggers: { select: 'viewer+ engine*', update: 'engine*(next_fire_at)' },
  'triggers: of a restricted one': {
    select: 'admin+ engine*',
    update: 'engine*(next_fire_at)',
    rows: 'workflow_id = $restricted',
  },
  webhook_endpoints: { select: 'editor+ engine*', update: 'engine*(has_secret)' },
  'webhook_endpoints: of a restricted one': {
    select: 'admin+ engine*',
    update: 'engine*(has_secret)',
    rows: 'workflow_id = $restricted',
  },
  'private.webhook_secrets': {
    select: 'engine*',
    insert: 'engine*',
    update: 'engine*',
    delete: 'engine*',
  },

  api_keys: { select: 'admin+' },
  'private.api_key_hashes': {},
  'private.rate_buckets': {},

  'private.webhook_deliveries': {
    select: 'engine*',
    insert: 'engine*',
    update: 'engine*',
    delete: 'engine*',
  },

  executions: { select: 'viewer+ engine*', insert: 'engine*', update: 'engine*' },
  execution_steps: { select: 'viewer+ engine*', insert: 'engine*', update: 'engine*' },
  execution_payloads: { select: 'viewer+ engine*', insert: 'engine*' },
  execution_waits: {
    select: 'viewer+ engine*',
    insert: 'engine*',
    update: 'engine*',
    delete: 'engine*',
  },
  approvals: { select: 'viewer+' },
  approval_decisions: { select: 'viewer+' },
  approval_mails: { select: 'viewer+' },

  'executions: of a restricted workflow': {
    select: 'admin+ engine*',
    insert: 'engine*',
    update: 'engine*',
    rows: 'workflow_id = $restricted',
  },
  'execution_steps: of a restricted workflow': {
    select: 'admin+ engine*',
    insert: 'engine*',
    update: 'engine*',
    rows: 'execution_id = $restrictedExecution',
  },
  'execution_payloads: of a restricted workflow': {
    select: 'admin+ engine*',
    insert: 'engine*',
    rows: 'execution_id = $restrictedExecution',
  },
  'execution_waits: of a restricted workflow': {
    select: 'admin+ engine*',
    insert: 'engine*',
    update: 'engine*',
    delete: 'engine*',
    rows: 'execution_id = $restrictedExecution',
  },
  'approvals: of a restricted workflow': { select: 'admin+', rows: 'id = $restrictedApproval' },
  'approval_decisions: of a restricted workflow': {
    select: 'admin+',
    rows: 'approval_id = $restrictedApproval',
  },
  'approval_mails: of a restricted workflow': {
    select: 'admin+',
    rows: 'approval_id = $restrictedApproval',
  },

  connections: { select: 'editor+ engine', insert: 'engine', update: 'engine' },
  'private.connection_secrets': {
    select: 'engine',
    insert: 'engine',
    update: 'engine',
    delete: 'engine',
  },
  'private.connection_sign_ins': { select: 'engine', insert: 'engine', delete: 'engine' },

  pipelines: {
    select: 'viewer+ node',
    insert: 'editor+(id workspace_id name)',
    update: 'editor+(name)',
    delete: 'editor+',
  },
  pipeline_fields: {
    select: 'viewer+ node',
    insert: 'editor+(id workspace_id pipeline_id key title type options required position)',
    update: 'editor+(title options required position)',
    delete: 'editor+',
  },
  records: {
    select: 'viewer+ node',
    insert:
      'operator+(id workspace_id pipeline_id data) node(id workspace_id pipeline_id data created_by)',
    update: 'operator+(data deleted_at) node(data deleted_at)',
  },

  // Only the database itself writes here; for the rest, see audit-log.test.ts.
  audit_entries: { select: 'admin+' },
  // Where people are signed in, and who tries passwords: reached through functions alone.
  'private.session_places': { rows: 'user_id = $user' },
  'private.session_entries': {},
  'private.sign_in_attempts': { rows: `key = sha256('$workspace')` },

  watches: {},
  // A row is a message to whoever listens on its topic; the database alone sends. The grants are the platform's.
  'realtime.messages: of a workspace': listening('workspace:$workspace'),
  'realtime.messages: of approvals': listening('approvals:$workspace'),
  'realtime.messages: of a workflow': listening('workflow:$workflow'),
  'realtime.messages: of an execution': listening('execution:$execution'),
  'realtime.messages: of a pipeline': listening('pipeline:$pipeline'),
  'realtime.messages: of restricted workflows': listening('restricted:$workspace', 'admin+'),
  'realtime.messages: of a restricted one': listening('workflow:$restricted', 'admin+'),
  'realtime.messages: of its execution': listening('execution:$restrictedExecution', 'admin+'),
}

function listening(topic: string, who = 'viewer+'): TableRules {
  return {
    select: `${who} service*`,
    insert: 'service*',
    update: 'service*',
    rows: `topic = '${topic}'`,
    settings: { 'realtime.topic': topic },
  }
}

/** Privileges that the platform gives, and that policies alone hold shut: "refused" instead of "no such right". */
export const openedByPlatform: Record<string, Record<string, string[]>> = {
  'realtime.messages': {
    anon: ['select', 'insert', 'update'],
    authenticated: ['select', 'insert', 'update'],
  },
}

/** Who may call a function, and how it's called. */
export interface FunctionRules {
  who: string
  /** The arguments of a call, with the ids of the workspace in question. */
  call: string
  /** What is true of the answer where it's more than none. */
  finds?: string
  /** A query that finds a row afterwards, if all went as it should: for what the call itself doesn't tell. */
  then?: string
}

/** Functions that signed-in people reach; "name: what" is a second line for another kind of call. */
export const functions: Record<string, FunctionRules> = {
  create_workspace: {
    who: 'signed-in*',
    call: `'Another one'`,
    then: `select from workspaces where name = 'Another one' and id in (select private.my_workspaces('owner'))`,
  },
  change_role: {
    who: 'admin+',
    call: `$workspace, $operator, 'viewer'`,
    then: `select from members where workspace_id = $workspace and user_id = $operator and role = 'viewer'`,
  },
  'change_role: make an owner': { who: 'owner', call: `$workspace, $operator, 'owner'` },
  'change_role: unmake an owner': { who: 'owner', call: `$workspace, $owner, 'admin'` },
  remove_member: { who: 'admin+', call: '$workspace, $operator' },
  'remove_member: an owner': { who: 'owner', call: '$workspace, $owner' },
  leave_workspace: { who: 'viewer+', call: '$workspace' },
  transfer_ownership: {
    who: 'owner',
    call: '$workspace, $operator',
    then: `select from members a join members b using (workspace_id) where workspace_id = $workspace
      and a.user_id = $operator and a.role = 'owner' and b.user_id = $me and b.role = 'admin'`,
  },
  delete_workspace: {
    who: 'owner',
    call: `$workspace, (select name from public.workspaces where id = $workspace)`,
  },
  restore_workspace: { who: 'owner', call: '$deleted' },
  my_deleted_workspaces: { who: 'owner*', call: '' },
  invite_member: { who: 'admin+', call: `$workspace, 'new@example.org', 'editor'` },
  revoke_invitation: { who: 'admin+', call: '$invitation' },
  invitation_by_token: { who: 'anonymous* signed-in*', call: `'$invitationToken'` },
  // It's the viewer who was invited.
  accept_invitation: { who: 'viewer', call: `'$invitationToken'` },
  restrict_workflow: {
    who: 'editor+',
    call: `$workflow, '{}'`,
    then: `select from workflows where id = $workflow and is_restricted`,
  },
  'restrict_workflow: a restricted one': { who: 'admin+', call: `$restricted, null` },
  'publish_version: of a restricted one': { who: 'admin+', call: `$restricted, '{"nodes": []}'` },
  'cancel_execution: of a restricted one': { who: 'admin+', call: '$restrictedExecution' },
  save_test_version: { who: 'operator+', call: `$workflow, '{"nodes": []}'` },
  publish_version: { who: 'editor+', call: `$workflow, '{"nodes": []}'` },
  republish_version: { who: 'editor+', call: '$workflow, 1' },
  'republish_version: of a restricted one': { who: 'admin+', call: '$restricted, 1' },
  version_history: { who: 'viewer+', call: '$workflow' },
  'version_history: of a restricted one': { who: 'admin+', call: '$restricted' },
  unpublished_authors: { who: 'viewer+', call: '$workflow' },
  'unpublished_authors: of a restricted one': { who: 'admin+', call: '$restricted' },
  record_workflow_export: { who: 'viewer+', call: '$workflow, 1' },
  'record_workflow_export: of a restricted one': { who: 'admin+', call: '$restricted, 1' },
  pause_workflow: { who: 'editor+', call: '$workflow' },
  resume_workflow: { who: 'editor+', call: '$workflow' },
  ensure_webhook_endpoint: { who: 'editor+', call: `$workflow, 'hook'` },
  choose_sample: { who: 'editor+', call: `$workflow, 'hook', 'typed', null, '{"a": 1}'` },
  listen_for_sample: { who: 'editor+', call: `$workflow, 'hook', true` },
  comment_on_workflow: { who: 'viewer+', call: `$workflow, 'Why is this here?'` },
  'comment_on_workflow: a restricted one': { who: 'admin+', call: `$restricted, 'And this?'` },
  resolve_comment: { who: 'viewer+', call: '$comment' },
  read_comments: { who: 'viewer+', call: '$workflow' },
  'read_comments: of a restricted one': { who: 'admin+', call: '$restricted' },
  edit_comment: { who: 'owner', call: `$comment, 'Why is this still here?'` },
  remove_comment: { who: 'admin+', call: '$comment' },
  'remove_comment: one’s own that others have answered': { who: 'admin+', call: '$answered' },
  create_api_key: { who: 'admin+', call: `$workspace, 'Key', array['executions:read']` },
  revoke_api_key: { who: 'admin+', call: '$key' },
  execution_starter: { who: 'viewer+', call: '$execution' },
  'execution_starter: of a restricted one': { who: 'admin+', call: '$restrictedExecution' },
  cancel_execution: { who: 'operator+', call: '$execution' },
  retry_execution: { who: 'operator+', call: '$execution' },
  pause_execution: { who: 'operator+', call: '$execution' },
  resume_execution: { who: 'operator+', call: '$execution' },
  decide_unclear_step: {
    who: 'operator+',
    call: `$execution, 'hook', '', 'again'`,
    then: `select from execution_waits where execution_id = $execution and kind = 'verdict' and delivery ->> 'verdict' = 'again'`,
  },
  'decide_unclear_step: of a restricted one': {
    who: 'admin+',
    call: `$restrictedExecution, 'hook', '', 'failed'`,
  },
  last_executions: { who: 'viewer+', call: '$workspace' },
  decide_approval: { who: 'admin+', call: `$approval, 'approved'` },
  'decide_approval: asked of nobody': { who: 'owner', call: `$unasked, 'approved'` },
  'decide_approval: of a restricted workflow': {
    who: 'admin+',
    call: `$restrictedApproval, 'approved'`,
  },
  count_my_approvals: { who: 'admin+', call: '$workspace', finds: 'answer > 0' },
  my_approvals: { who: 'admin+', call: '$workspace' },
  my_sessions: { who: 'signed-in*', call: '' },
  end_session: { who: 'owner', call: '$session' },
  audit_people: { who: 'admin+', call: '$workspace' },
  record_audit_export: { who: 'admin+', call: '$workspace, 1' },
  watch: { who: 'viewer+', call: `'workflow:$workflow'` },
  'watch: a restricted one': { who: 'admin+', call: `'execution:$restrictedExecution'` },
  'watch: all restricted ones': { who: 'admin+', call: `'restricted:$workspace'` },
  // Out of the API's reach, but what policies call runs as whoever asks.
  'private.my_workspaces': { who: 'viewer+*', call: '' },
  'private.my_workspace_ids': { who: 'admin+*', call: `'admin'`, finds: `answer <> '{}'` },
  'private.hidden_workflow_ids': {
    who: 'viewer* operator* editor*',
    call: '',
    finds: `answer <> '{}'`,
  },
  'private.is_execution_of_others': { who: 'signed-in*', call: `$execution, '{}'` },
  'private.may_hear': { who: 'viewer+', call: `'workflow:$workflow'`, finds: 'answer' },
  'private.workspace_of_topic': { who: 'signed-in*', call: `'workflow:$workflow'` },
}

/**
 * Those of them that do all they do with their caller's own rights. Every other one hands on to a function of the same
 * name in the schema "private", which acts with its owner's rights and is called by the same people.
 */
export const withCallersRights = ['audit_people', 'count_my_approvals', 'last_executions']

/** Functions that only the roles of our own processes reach; none of them can be called by a person. */
export const internal: Record<string, string[]> = {
  weft_engine: [
    'pgboss.job_now',
    'private.accept_executions',
    'private.accept_limited',
    'private.admit',
    'private.admit_all',
    'private.admit_like',
    'private.approval_mail_tried',
    'private.approval_mails_to_send',
    'private.awaits_sample',
    'private.begin_executions',
    'private.call_as_api_key',
    'private.cancel_executions',
    'private.checkpoint_executions',
    'private.claim_abandoned',
    'private.claim_executions',
    'private.clear_audit',
    'private.clear_old',
    'private.clear_rate_buckets',
    'private.clear_short_lived',
    'private.current_workspace',
    'private.days_before',
    'private.deliver',
    'private.deliver_callback',
    'private.deliver_reply',
    'private.drop_day',
    'private.ensure_partitions',
    'private.is_awaited_reply',
    'private.is_awake',
    'private.limits_room',
    'private.live_trigger',
    'private.lock_limits',
    'private.mention_mails_to_send',
    'private.most_replies_kept',
    'private.purge_workspaces',
    'private.queue_replays',
    'private.record_audit',
    'private.replace_oldest',
    'private.secrets_of_other_keys',
    'private.sender_of_message',
    'private.start_replay',
    'private.steps_of',
    'private.store_payloads',
    'private.take_room',
    'private.take_sample',
    'private.tell_parent',
    'private.use_api_key',
    'private.wake',
    'private.wake_at',
    'private.workflows_hidden_from',
    'private.write_checkpoints',
    'private.write_extras',
  ],
  weft_node: ['private.current_workspace'],
  weft_app: [
    'private.access_to_workflows',
    'private.begin_sign_in',
    'private.end_sign_in',
    'private.see_session',
  ],
}

/** Schemas whose tables aren't ours: each role's rights are the same on all of them. */
export const foreign: Record<string, Record<string, string>> = {
  auth: { service_role: 'select insert update delete' },
  pgboss: { weft_engine: 'select insert update delete' },
}

/** Schemas that a role may look into at all. */
export const schemas: Record<string, string> = {
  public: 'anon authenticated service_role weft_engine weft_node weft_app',
  private: 'anon authenticated weft_engine weft_node weft_app',
  partitions: '',
  pgboss: 'weft_engine',
  auth: 'anon authenticated service_role',
  realtime: 'anon authenticated service_role',
  extensions: 'anon authenticated service_role',
  supabase_migrations: '',
}

/** Schemas whose functions are the platform's: harmless, and open to all as on a hosted project. */
export const platformFunctions = ['auth', 'extensions', 'realtime']
