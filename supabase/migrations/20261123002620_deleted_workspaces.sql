-- Deleting a workspace: everything stops at once, its owners have fourteen days to think better of it, and then all of it
-- is removed, a part at a time.

-- What was live when a workspace was deleted, so that restoring it puts just that live again.
create table private.stopped_workflows (
  workflow_id uuid primary key references public.workflows (id) on delete cascade,
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  version_id uuid not null references public.workflow_versions (id) on delete cascade
);
create index stopped_workflows_by_workspace on private.stopped_workflows (workspace_id);
create index stopped_workflows_by_version on private.stopped_workflows (version_id);

-- No policy and no grant: only the functions below reach it.
alter table private.stopped_workflows enable row level security;
alter table private.stopped_workflows force row level security;

-- How long a deleted workspace can be restored.
create function private.workspace_grace() returns interval
language sql immutable
set search_path = ''
as $$
  select interval '14 days'
$$;

-- As before; of a workspace that is deleted nothing is recorded but that itself: what stops with it isn't somebody's
-- pausing or cancelling.
create or replace function private.record_audit(
  p_workspace uuid, p_action text, p_subject_kind text, p_subject_id text, p_details jsonb default '{}'
) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_at timestamptz := clock_timestamp();
begin
  insert into public.audit_entries (
    id, workspace_id, at, actor_id, actor_name, actor_kind, action, subject_kind, subject_id, details
  )
  select private.uuid_v7(v_at), w.id, v_at, a.actor_id, coalesce(p.display_name, ''), a.actor_kind,
         p_action, p_subject_kind, p_subject_id,
         coalesce(p_details, '{}') || case
           when a.api_key is null then '{}'
           else jsonb_build_object('api_key', coalesce((select k.name from public.api_keys k where k.id::text = a.api_key), ''))
         end
  from public.workspaces w
  cross join private.current_actor() as a
  left join public.profiles p on p.user_id = a.actor_id
  where w.id = p_workspace
    and (w.deleted_at is null or p_action in ('workspace.deleted', 'workspace.restored'));
end
$$;

-- As before; entries also go with a workspace whose time to be restored is over.
create or replace function private.protect_audit() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if tg_op = 'DELETE' then
    if old.at < private.audit_kept_from()
      or not exists (
        select from public.workspaces w
        where w.id = old.workspace_id
          and (w.deleted_at is null or w.deleted_at > now() - private.workspace_grace())
      ) then
      return old;
    end if;
  end if;
  raise exception 'The audit log can''t be changed.' using errcode = '42501';
end
$$;

-- Stops executions of a deleted workspace that aren't over, at most so many. Answers with how many there were.
-- Those that run come first: they're asked to stop, and do at their next write.
create function private.stop_executions_of(p_workspace uuid, p_limit integer) returns integer
language plpgsql security definer
set search_path = ''
as $$
declare
  v_open uuid[];
begin
  -- Each kind has an index of its own; the workspace's history may be long.
  select array(
    select o.id
    from (
      (
        select e.id from public.executions e
        where e.status = 'running' and e.workspace_id = p_workspace and e.cancel_requested_at is null
        limit p_limit
      )
      union all
      (
        select e.id from public.executions e
        where e.status = 'queued' and not e.held and e.workspace_id = p_workspace
        limit p_limit
      )
      union all
      (
        select e.id from public.workflows w
        join public.executions e on e.workflow_id = w.id and e.status = 'queued' and e.held
        where w.workspace_id = p_workspace
        limit p_limit
      )
      union all
      (
        select e.id from public.executions e
        where e.status = 'waiting' and e.workspace_id = p_workspace
        limit p_limit
      )
      limit p_limit
    ) as o
    order by o.id
  ) into v_open;
  if cardinality(v_open) > 0 then
    perform private.cancel_executions(v_open);
  end if;
  return cardinality(v_open);
end
$$;

-- Deletes a workspace; its name is typed to show that this one is meant. From here on nothing starts and nothing goes
-- on, and nobody finds it but its owners, to restore it. Answers with when it will be gone for good.
create function public.delete_workspace(p_workspace uuid, p_name text) returns timestamptz
language plpgsql security definer
set search_path = ''
as $$
declare
  v_name text;
begin
  perform private.lock_workspace(p_workspace, 'owner');
  select w.name into v_name from public.workspaces w where w.id = p_workspace;
  if btrim(coalesce(p_name, '')) <> v_name then
    raise exception 'This is not the name of the workspace. Type "%" to delete it.', v_name using errcode = '22023';
  end if;
  update public.workspaces w set deleted_at = now() where w.id = p_workspace;
  perform private.record_audit(
    p_workspace, 'workspace.deleted', 'workspace', p_workspace::text, jsonb_build_object('name', v_name)
  );

  insert into private.stopped_workflows (workflow_id, workspace_id, version_id)
  select w.id, w.workspace_id, w.live_version_id
  from public.workflows w
  where w.workspace_id = p_workspace and w.live_version_id is not null
  on conflict (workflow_id) do update set version_id = excluded.version_id;
  -- That a version is live is asked again by the statement that accepts an execution: this is what stops them all.
  perform private.set_live_version(s.workflow_id, null)
  from private.stopped_workflows s
  where s.workspace_id = p_workspace;
  -- Of what there may be more, each is stopped when it's taken up (see private.stop_deleted), or by maintenance.
  perform private.stop_executions_of(p_workspace, 2000);
  delete from public.watches w where w.workspace_id = p_workspace;
  return now() + private.workspace_grace();
end
$$;
grant execute on function public.delete_workspace(uuid, text) to authenticated;

-- Brings a deleted workspace back, with what was live in it live again. What it was doing when it was deleted stays
-- stopped; its history says so.
create function public.restore_workspace(p_workspace uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform from public.workspaces w
  where w.id = p_workspace
    and w.deleted_at > now() - private.workspace_grace()
    and exists (
      select from public.members m
      where m.workspace_id = w.id and m.user_id = (select auth.uid()) and m.role = 'owner'
    )
  for no key update;
  if not found then
    raise exception 'There is no deleted workspace here that you could restore.' using errcode = '42501';
  end if;
  perform private.set_live_version(s.workflow_id, s.version_id)
  from private.stopped_workflows s
  join public.workflows w on w.id = s.workflow_id
  where s.workspace_id = p_workspace
    and w.deleted_at is null
    and w.archived_at is null;
  delete from private.stopped_workflows s where s.workspace_id = p_workspace;
  update public.workspaces w set deleted_at = null where w.id = p_workspace;
  perform private.record_audit(
    p_workspace, 'workspace.restored', 'workspace', p_workspace::text,
    (select jsonb_build_object('name', w.name) from public.workspaces w where w.id = p_workspace)
  );
end
$$;
grant execute on function public.restore_workspace(uuid) to authenticated;

-- The deleted workspaces that the signed-in person could restore, and when each will be gone.
create function public.my_deleted_workspaces()
returns table (id uuid, name text, deleted_at timestamptz, gone_at timestamptz)
language sql stable security definer
set search_path = ''
as $$
  select w.id, w.name, w.deleted_at, w.deleted_at + private.workspace_grace()
  from public.members m
  join public.workspaces w on w.id = m.workspace_id
  where m.user_id = (select auth.uid())
    and m.role = 'owner'
    and w.deleted_at > now() - private.workspace_grace()
  order by w.deleted_at desc
$$;
grant execute on function public.my_deleted_workspaces() to authenticated;

-- Whoever takes an execution up (a job that was due, an answer that came, a lease that ran out) finds it cancelled when
-- its workspace is deleted: the engine ends it then as it ends whatever somebody cancels. Checkpoints don't name
-- lease_number, so that running costs nothing; taking one up costs one look into a table of few rows.
create function private.stop_deleted() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if exists (
    select from public.workspaces w where w.id = new.workspace_id and w.deleted_at is not null
  ) then
    new.cancel_requested_at := coalesce(new.cancel_requested_at, now());
  end if;
  return new;
end
$$;
create trigger executions_stop_deleted before update of lease_number on public.executions
  for each row when (new.status = 'running' and new.cancel_requested_at is null)
  execute function private.stop_deleted();

-- As before, but keys stop with their workspace.
create or replace function private.use_api_key(p_hash bytea)
returns table (id uuid, workspace_id uuid, user_id uuid, role public.member_role, scopes text[])
language plpgsql security definer
set search_path = ''
as $$
declare
  v_key uuid;
begin
  select h.key_id into v_key from private.api_key_hashes h where h.hash = p_hash;
  if v_key is null then
    return;
  end if;
  update public.api_keys k
  set last_used_at = now()
  where k.id = v_key and k.revoked_at is null
    and (k.last_used_at is null or k.last_used_at < now() - interval '1 minute');
  return query
  select k.id, k.workspace_id, k.created_by, m.role, k.scopes
  from public.api_keys k
  join public.members m on m.workspace_id = k.workspace_id and m.user_id = k.created_by
  join public.workspaces w on w.id = k.workspace_id and w.deleted_at is null
  where k.id = v_key and k.revoked_at is null and (k.expires_at is null or k.expires_at > now());
end
$$;

-- Deletes up to so many rows of one table that belong to a workspace. Answers with how many there were.
create function private.purge_rows(p_table regclass, p_workspace uuid, p_limit integer) returns integer
language plpgsql security definer
set search_path = ''
as $$
declare
  v_gone integer;
begin
  execute format(
    'delete from %1$s t where t.ctid = any (array(select r.ctid from %1$s r where r.workspace_id = $1 limit $2)) and t.workspace_id = $1',
    p_table
  ) using p_workspace, p_limit;
  get diagnostics v_gone = row_count;
  return v_gone;
end
$$;

-- Deletes executions of a workspace with their steps and payloads, about so many rows. Answers with how many there were.
create function private.purge_executions(p_workspace uuid, p_limit integer) returns integer
language plpgsql security definer
set search_path = ''
as $$
declare
  v_ids uuid[];
  v_gone integer;
begin
  select array(
    select e.id from public.executions e where e.workspace_id = p_workspace order by e.id limit greatest(1, p_limit / 20)
  ) into v_ids;
  if cardinality(v_ids) = 0 then
    return 0;
  end if;
  -- One loop may have left more steps than are to go at once: then its execution stays for the next time.
  delete from public.execution_payloads p
  using (
    select o.execution_id, o.key from public.execution_payloads o where o.execution_id = any (v_ids) limit p_limit
  ) as part
  where p.execution_id = part.execution_id and p.key = part.key;
  get diagnostics v_gone = row_count;
  if v_gone = p_limit then
    return v_gone;
  end if;
  delete from public.execution_steps s
  using (
    select o.execution_id, o.node_id, o.path, o.attempt
    from public.execution_steps o
    where o.execution_id = any (v_ids)
    limit p_limit
  ) as part
  where s.execution_id = part.execution_id and s.node_id = part.node_id and s.path = part.path and s.attempt = part.attempt;
  get diagnostics v_gone = row_count;
  if v_gone = p_limit then
    return v_gone;
  end if;
  delete from public.execution_waits w where w.execution_id = any (v_ids);
  delete from public.executions e where e.id = any (v_ids);
  return cardinality(v_ids) + v_gone;
end
$$;

-- Removes what is left of workspaces whose time to be restored is over: about so many rows a call, so that it never
-- holds anybody up, and the workspace itself at last. Stops executions that deleting left for later, too. Answers with
-- how much there was to do; 0 when nothing is left.
create function private.purge_workspaces(p_limit integer default 2000) returns integer
language plpgsql security definer
set search_path = ''
as $$
declare
  v_workspace uuid;
  v_table regclass;
  v_done integer := 0;
begin
  for v_workspace in
    select w.id from public.workspaces w
    where w.deleted_at is not null and w.deleted_at > now() - private.workspace_grace()
    order by w.deleted_at
  loop
    v_done := v_done + private.stop_executions_of(v_workspace, p_limit - v_done);
    if v_done >= p_limit then
      return v_done;
    end if;
  end loop;

  -- Two workers don't take the same one.
  select w.id into v_workspace
  from public.workspaces w
  where w.deleted_at <= now() - private.workspace_grace()
  order by w.deleted_at
  limit 1
  for no key update skip locked;
  if v_workspace is null then
    return v_done;
  end if;
  v_done := v_done + private.purge_executions(v_workspace, p_limit);
  foreach v_table in array array[
    'public.audit_entries', 'public.records', 'public.workflow_draft_updates', 'public.approval_mails',
    'public.approval_decisions', 'public.approvals', 'private.webhook_deliveries', 'public.watches'
  ]::regclass[] loop
    if v_done >= p_limit then
      return v_done;
    end if;
    v_done := v_done + private.purge_rows(v_table, v_workspace, p_limit);
  end loop;
  if v_done = 0 then
    -- The little that is left goes with it.
    delete from public.workspaces w where w.id = v_workspace;
    v_done := 1;
  end if;
  return v_done;
end
$$;
grant execute on function private.purge_workspaces(integer) to weft_engine;
