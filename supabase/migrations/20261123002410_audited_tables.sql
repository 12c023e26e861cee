-- What the audit log learns by itself: triggers on the tables, so that nobody who changes one can forget to record it.

create function private.audit_workspace() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    perform private.record_audit(new.id, 'workspace.created', 'workspace', new.id::text, jsonb_build_object('name', new.name));
  else
    perform private.record_audit(
      new.id, 'workspace.changed', 'workspace', new.id::text,
      jsonb_build_object('name', new.name, 'old_name', old.name, 'time_zone', new.time_zone, 'old_time_zone', old.time_zone)
    );
  end if;
  return null;
end
$$;
create trigger workspaces_audit_insert after insert on public.workspaces
  for each row execute function private.audit_workspace();
create trigger workspaces_audit_update after update of name, time_zone on public.workspaces
  for each row when (old.name <> new.name or old.time_zone <> new.time_zone)
  execute function private.audit_workspace();

-- Who comes, who goes, and what they may do.
create function private.audit_member() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_member public.members := coalesce(new, old);
  v_details jsonb;
begin
  select jsonb_build_object('name', p.display_name, 'email', p.email, 'role', v_member.role) into v_details
  from public.profiles p
  where p.user_id = v_member.user_id;
  perform private.record_audit(
    v_member.workspace_id,
    case
      when tg_op = 'INSERT' then 'member.joined'
      when tg_op = 'UPDATE' then 'member.role_changed'
      when v_member.user_id = auth.uid() then 'member.left'
      else 'member.removed'
    end,
    'member', v_member.user_id::text,
    coalesce(v_details, jsonb_build_object('role', v_member.role))
      || case when tg_op = 'UPDATE' then jsonb_build_object('old_role', old.role) else '{}' end
  );
  return null;
end
$$;
create trigger members_audit after insert or delete on public.members
  for each row execute function private.audit_member();
create trigger members_audit_role after update of role on public.members
  for each row when (old.role <> new.role)
  execute function private.audit_member();

create function private.audit_workflow() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_action text;
  v_number integer;
begin
  v_action := case
    when tg_op = 'INSERT' then 'workflow.created'
    when old.deleted_at is null and new.deleted_at is not null then 'workflow.deleted'
    when old.deleted_at is not null and new.deleted_at is null then 'workflow.restored'
    when old.archived_at is null and new.archived_at is not null then 'workflow.archived'
    when old.archived_at is not null and new.archived_at is null then 'workflow.unarchived'
    when old.latest_version_id is distinct from new.latest_version_id then 'workflow.published'
    when old.live_version_id is not null and new.live_version_id is null then 'workflow.paused'
    when old.live_version_id is null and new.live_version_id is not null then 'workflow.resumed'
    when old.live_version_id is distinct from new.live_version_id then 'workflow.published'
    when old.name <> new.name then 'workflow.renamed'
  end;
  if v_action is null then
    return null;
  end if;
  if v_action = 'workflow.published' then
    select v.number into v_number from public.workflow_versions v where v.id = new.live_version_id;
  end if;
  perform private.record_audit(
    new.workspace_id, v_action, 'workflow', new.id::text,
    jsonb_strip_nulls(jsonb_build_object(
      'name', new.name, 'version', v_number,
      'old_name', case when v_action = 'workflow.renamed' then old.name end
    ))
  );
  return null;
end
$$;
create trigger workflows_audit_insert after insert on public.workflows
  for each row execute function private.audit_workflow();
create trigger workflows_audit_update
  after update of live_version_id, latest_version_id, archived_at, deleted_at, name on public.workflows
  for each row execute function private.audit_workflow();

create function private.audit_pipeline() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_pipeline public.pipelines := coalesce(new, old);
begin
  perform private.record_audit(
    v_pipeline.workspace_id,
    case when tg_op = 'INSERT' then 'pipeline.created' else 'pipeline.deleted' end,
    'pipeline', v_pipeline.id::text, jsonb_build_object('name', v_pipeline.name)
  );
  return null;
end
$$;
create trigger pipelines_audit after insert or delete on public.pipelines
  for each row execute function private.audit_pipeline();

-- A field takes its values along; of fields that go with their pipeline there's nothing more to say.
create function private.audit_field() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.record_audit(
    old.workspace_id, 'pipeline.field_deleted', 'pipeline', p.id::text,
    jsonb_build_object('name', p.name, 'field', old.title)
  )
  from public.pipelines p
  where p.id = old.pipeline_id;
  return null;
end
$$;
create trigger pipeline_fields_audit after delete on public.pipeline_fields
  for each row execute function private.audit_field();

-- Records that somebody moves to the bin or takes out of it, however many at once: one entry for each pipeline. What
-- workflows do is in their executions.
create function private.audit_records() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if (select a.actor_id from private.current_actor() as a) is null then
    return null;
  end if;
  perform private.record_audit(
    c.workspace_id, c.action, 'pipeline', c.pipeline_id::text,
    jsonb_build_object('name', c.name, 'count', c.records)
  )
  from (
    select n.workspace_id, n.pipeline_id, p.name, count(*) as records,
           case when n.deleted_at is null then 'records.restored' else 'records.deleted' end as action
    from changed n
    join before o on o.id = n.id and (o.deleted_at is null) <> (n.deleted_at is null)
    join public.pipelines p on p.id = n.pipeline_id
    group by n.workspace_id, n.pipeline_id, p.name, action
  ) as c;
  return null;
end
$$;
create trigger records_audit after update on public.records
  referencing old table as before new table as changed
  for each statement execute function private.audit_records();

-- That a webhook's secret was set or taken away; never the secret.
create function private.audit_webhook_secret() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_secret private.webhook_secrets := coalesce(new, old);
begin
  perform private.record_audit(
    v_secret.workspace_id,
    case tg_op
      when 'INSERT' then 'webhook.secret_set'
      when 'UPDATE' then 'webhook.secret_replaced'
      else 'webhook.secret_removed'
    end,
    'workflow', w.id::text, jsonb_build_object('name', w.name)
  )
  from public.webhook_endpoints e
  join public.workflows w on w.id = e.workflow_id
  where e.token = v_secret.token;
  return null;
end
$$;
create trigger webhook_secrets_audit after insert or update of ciphertext or delete on private.webhook_secrets
  for each row execute function private.audit_webhook_secret();

create function private.audit_decision() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.record_audit(
    new.workspace_id, 'approval.' || new.decision, 'approval', a.id::text,
    jsonb_build_object('title', a.title, 'execution', a.execution_id)
  )
  from public.approvals a
  where a.id = new.approval_id;
  return null;
end
$$;
create trigger approval_decisions_audit after insert on public.approval_decisions
  for each row execute function private.audit_decision();

create function private.audit_api_key() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.record_audit(
    new.workspace_id,
    case when tg_op = 'INSERT' then 'api_key.created' else 'api_key.revoked' end,
    'api_key', new.id::text,
    jsonb_build_object('name', new.name, 'scopes', to_jsonb(new.scopes))
  );
  return null;
end
$$;
create trigger api_keys_audit_insert after insert on public.api_keys
  for each row execute function private.audit_api_key();
create trigger api_keys_audit_revoked after update of revoked_at on public.api_keys
  for each row when (old.revoked_at is null and new.revoked_at is not null)
  execute function private.audit_api_key();

-- What people do with executions. The columns named below are written by no statement of the hot path, so that running
-- workflows pays nothing; what the engine stops by itself (limits, overlaps) isn't recorded.
create function private.audit_execution() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_action text;
  v_named text := coalesce(current_setting('weft.actor', true), '');
begin
  v_action := case
    when tg_op = 'INSERT' then 'execution.replayed'
    when old.status in ('failed', 'cancelled', 'timed_out') and new.status = 'queued' then 'execution.retried'
    when old.cancel_requested_at is null and new.cancel_requested_at is not null then 'execution.cancelled'
    when old.paused_at is null and new.paused_at is not null then 'execution.paused'
    when old.paused_at is not null and new.paused_at is null and new.status in ('queued', 'running', 'waiting')
      then 'execution.resumed'
  end;
  if tg_op = 'INSERT' and v_named = '' then
    perform set_config('weft.actor', new.started_by::text, true);
  end if;
  if v_action is null or (select a.actor_id from private.current_actor() as a) is null then
    return null;
  end if;
  perform private.record_audit(
    new.workspace_id, v_action, 'execution', new.id::text,
    jsonb_build_object('name', w.name, 'workflow', w.id)
  )
  from public.workflows w
  where w.id = new.workflow_id;
  perform set_config('weft.actor', v_named, true);
  return null;
end
$$;
create trigger executions_audit_replay after insert on public.executions
  for each row when (new.replay_of is not null and new.started_by is not null)
  execute function private.audit_execution();
create trigger executions_audit_control after update of cancel_requested_at, paused_at on public.executions
  for each row execute function private.audit_execution();
