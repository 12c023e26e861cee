-- Limits of a workflow: how many executions at once (and what becomes of those beyond), and how many in a span of time.
-- Workflows without limits pay nothing: their executions never come here.

-- What a version's settings limit; empty for most.
-- Versions are few and small: writing them anew takes no time.
alter table public.workflow_versions
  -- squawk-ignore adding-field-with-default
  add column limits jsonb generated always as (
    case when definition -> 'settings' ?| array['maxConcurrency', 'rateLimit'] then definition -> 'settings' end
  ) stored;

alter table public.executions
  -- It counts for its workflow's limits.
  add column is_limited boolean not null default false,
  -- Queued, and not let in yet: nobody may claim it.
  add column held boolean not null default false,
  -- When its workflow's limits let it in.
  add column admitted_at timestamptz;

-- How many are under way.
create index executions_limited on public.executions (workflow_id)
  where is_limited and not held and status in ('queued', 'running', 'waiting');
-- How many were let in lately.
create index executions_admitted on public.executions (workflow_id, admitted_at) where admitted_at is not null;
-- Whose turn it is.
create index executions_held on public.executions (workflow_id, id) where held and status = 'queued';

-- What begins in the queue (called by another workflow, replayed) is held first when its workflow has limits.
create function private.hold_limited() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.mode = 'live' and exists (
    select from public.workflow_versions v where v.id = new.version_id and v.limits is not null
  ) then
    new.is_limited := true;
    new.held := true;
  end if;
  return new;
end
$$;
-- Those that run at once don't come here: see private.accept_limited.
create trigger executions_hold before insert on public.executions
  for each row when (new.status = 'queued' and not new.held)
  execute function private.hold_limited();

-- One at a time decides who gets in. Whoever waits for it sees, after it, all that was decided before.
create function private.lock_limits(p_workflow uuid) returns void
language sql
set search_path = ''
as $$
  select pg_advisory_xact_lock(hashtextextended(p_workflow::text, 1620))
$$;

-- How many executions of a workflow may begin now, by how many are under way and by how many began lately; and when
-- the latter will allow another. Under the lock.
create function private.limits_room(
  p_workflow uuid, p_limits jsonb, out by_count integer, out by_rate integer, out rate_again timestamptz
)
language plpgsql
set search_path = ''
as $$
declare
  v_most integer := p_limits ->> 'maxConcurrency';
  v_rate integer := p_limits #>> '{rateLimit,count}';
  v_span interval := (p_limits #>> '{rateLimit,perSeconds}')::double precision * interval '1 s';
begin
  if v_most is not null then
    select v_most - count(*) into by_count
    from public.executions e
    where e.workflow_id = p_workflow
      and e.is_limited and not e.held and e.status in ('queued', 'running', 'waiting');
  end if;
  if v_rate is not null then
    select v_rate - count(*), min(lately.admitted_at) + v_span into by_rate, rate_again
    from (
      select e.admitted_at
      from public.executions e
      where e.workflow_id = p_workflow
        and e.admitted_at > clock_timestamp() - v_span
      order by e.admitted_at desc
      limit v_rate
    ) as lately;
  end if;
end
$$;

-- Ends the oldest executions of a workflow, held ones included, so that no more than `p_leave` are left. Those that run
-- are asked to stop.
create function private.replace_oldest(p_workflow uuid, p_leave integer) returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.cancel_executions(array(
    select open.id
    from (
      select e.id
      from public.executions e
      where e.workflow_id = p_workflow
        and e.is_limited and not e.held and e.status in ('queued', 'running', 'waiting')
      union all
      select e.id
      from public.executions e
      where e.workflow_id = p_workflow and e.held and e.status = 'queued'
    ) as open
    order by open.id desc
    offset p_leave
  ));
end
$$;

-- Takes an execution in under its workflow's limits. Answers: accepted (it runs, its caller holds the first lease),
-- queued, skipped, duplicate, not_live; or rate_limited with the moment when there is room again, and then nothing was
-- written. p_refuse: whoever asks can come again (a webhook's sender); others are queued.
create function private.accept_limited(
  p_execution jsonb, p_limits jsonb, p_lease interval, p_refuse boolean, p_payloads jsonb,
  out outcome text, out again timestamptz
)
language plpgsql
set search_path = ''
as $$
declare
  v_id uuid := p_execution ->> 'id';
  v_workflow uuid := p_execution ->> 'workflow_id';
  v_most integer := p_limits ->> 'maxConcurrency';
  v_overlap text := coalesce(p_limits ->> 'overlap', 'queue');
  v_room record;
  v_held integer;
  v_full boolean;
begin
  perform private.lock_limits(v_workflow);
  if exists (select from public.executions e where e.id = v_id) then
    outcome := 'duplicate';
    return;
  end if;
  if (p_execution ->> 'only_if_live')::boolean and not exists (
    select from public.workflows w
    where w.id = v_workflow and w.live_version_id = (p_execution ->> 'version_id')::uuid
  ) then
    outcome := 'not_live';
    return;
  end if;

  select * into v_room from private.limits_room(v_workflow, p_limits);
  select count(*) into v_held
  from public.executions e
  where e.workflow_id = v_workflow and e.held and e.status = 'queued';
  -- What waits for its turn will count, too.
  if p_refuse and v_room.by_rate - v_held <= 0 then
    outcome := 'rate_limited';
    again := coalesce(v_room.rate_again, clock_timestamp() + interval '1 s');
    return;
  end if;

  v_full := v_room.by_count <= 0;
  if v_full and v_overlap = 'skip' then
    outcome := 'skipped';
  else
    if v_overlap = 'replace' and v_room.by_count - v_held <= 0 then
      perform private.replace_oldest(v_workflow, v_most - 1);
      select * into v_room from private.limits_room(v_workflow, p_limits);
      v_held := 0;
    end if;
    outcome := case
      when coalesce(v_room.by_count, 1) > 0 and coalesce(v_room.by_rate, 1) > 0 and v_held = 0 then 'accepted'
      else 'queued'
    end;
  end if;

  perform private.store_payloads(p_payloads) where p_payloads is not null;
  insert into public.executions (
    id, workspace_id, workflow_id, version_id, trigger_node, trigger_kind, trigger_data, mode, replay_of, started_by,
    status, lease_number, lease_until, is_limited, held, admitted_at, error, finished_at
  )
  select v_id, a.workspace_id, v_workflow, a.version_id, a.trigger_node, a.trigger_kind,
         coalesce(a.trigger_data, 'null'), a.mode, a.replay_of, a.started_by,
         case outcome when 'accepted' then 'running' when 'queued' then 'queued' else 'cancelled' end
           ::public.execution_status,
         case outcome when 'accepted' then 1 else 0 end,
         case outcome when 'accepted' then now() + p_lease end,
         true, outcome = 'queued',
         case outcome when 'accepted' then clock_timestamp() end,
         case outcome when 'skipped' then jsonb_build_object(
           'code', 'execution.skipped',
           'title', 'Left out, because an earlier execution was still going on',
           'detail', 'The workflow is set to skip what comes while as many executions as it allows are under way.',
           'hint', 'To have them wait instead, change what happens then in the settings of the workflow.',
           'retryable', false
         ) end,
         case outcome when 'skipped' then now() end
  from jsonb_to_record(p_execution) as a (
    workspace_id uuid, version_id uuid, trigger_node text, trigger_kind text, trigger_data jsonb, mode text,
    replay_of uuid, started_by uuid
  );
end
$$;
grant execute on function
  private.lock_limits(uuid), private.limits_room(uuid, jsonb), private.replace_oldest(uuid, integer),
  private.accept_limited(jsonb, jsonb, interval, boolean, jsonb)
  to weft_engine;

-- Lets in those whose turn it is, as many as the workflow's present settings allow. Answers with them: they're queued,
-- and may be claimed from now on.
create function private.admit(p_workflow uuid) returns setof uuid
language plpgsql
set search_path = ''
as $$
declare
  v_limits jsonb;
  v_room record;
begin
  perform private.lock_limits(p_workflow);
  if not exists (
    select from public.executions e where e.workflow_id = p_workflow and e.held and e.status = 'queued'
  ) then
    return;
  end if;
  select v.limits into v_limits
  from public.workflows w
  join public.workflow_versions v on v.id = coalesce(w.live_version_id, w.latest_version_id)
  where w.id = p_workflow;
  select * into v_room from private.limits_room(p_workflow, v_limits);
  return query
  with next as (
    select e.id
    from public.executions e
    where e.workflow_id = p_workflow and e.held and e.status = 'queued' and e.paused_at is null
    order by e.id
    limit greatest(0, least(coalesce(v_room.by_count, 100), coalesce(v_room.by_rate, 100), 100))
  )
  update public.executions e
  set held = false, admitted_at = clock_timestamp()
  from next
  where e.id = next.id
  returning e.id;
end
$$;
grant execute on function private.admit(uuid) to weft_engine;

-- The net under it: looks at every workflow in which somebody waits for a turn. In order, so that two who do this at
-- once can't wait for each other.
create function private.admit_all() returns setof uuid
language plpgsql
set search_path = ''
as $$
declare
  v_workflow uuid := '00000000-0000-0000-0000-000000000000';
begin
  loop
    select e.workflow_id into v_workflow
    from public.executions e
    where e.workflow_id > v_workflow and e.held and e.status = 'queued'
    order by e.workflow_id
    limit 1;
    exit when v_workflow is null;
    return query select private.admit(v_workflow);
  end loop;
end
$$;
grant execute on function private.admit_all() to weft_engine;

-- Where an execution is held, lets in whose turn it is.
create function private.admit_like(p_execution uuid) returns setof uuid
language sql
set search_path = ''
as $$
  select private.admit(e.workflow_id)
  from public.executions e
  where e.id = p_execution and e.held and e.status = 'queued'
$$;
grant execute on function private.admit_like(uuid) to weft_engine;

-- Makes a failed, cancelled or timed-out execution ready to go on from where it stopped: finished steps are kept. Its
-- workflow's limits count for it anew. The caller (the api function) wakes a worker afterwards.
create or replace function public.retry_execution(p_execution uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.workspace_of_execution(p_execution);
  update public.executions e
  set status = 'queued', lease_until = null, lease_number = e.lease_number + 1, wake_at = null,
      cancel_requested_at = null, error = null, finished_at = null, paused_at = null, paused_until = null,
      held = e.is_limited, admitted_at = null
  where e.id = p_execution
    and e.status in ('failed', 'cancelled', 'timed_out');
  if not found then
    raise exception 'Only an execution that failed, was cancelled or ran out of time can be retried.' using errcode = '22023';
  end if;
  update public.execution_steps s
  set superseded = true
  where s.execution_id = p_execution
    and s.status in ('failed', 'cancelled', 'running', 'waiting')
    -- A failure that the workflow itself dealt with (its error port, "continue") is part of its history.
    and not (s.status = 'failed' and s.port is not null);
end
$$;
