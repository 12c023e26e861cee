-- Executions and their steps: range-partitioned by time-ordered uuid, one partition a day, so that look-ups prune and
-- retention drops whole partitions. Written by the engine only, read by members.

create type public.execution_status as enum
  ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled', 'timed_out');
create type public.step_status as enum
  ('running', 'waiting', 'succeeded', 'failed', 'skipped', 'cancelled');

create table public.executions (
  id uuid not null,
  workspace_id uuid not null,
  workflow_id uuid not null,
  version_id uuid not null,
  trigger_node text not null,
  trigger_kind text not null,
  trigger_data jsonb not null,
  mode text not null default 'live',
  status public.execution_status not null,
  -- Counts takeovers; every write of the engine names it, so that a process thought dead can't overwrite.
  lease_number integer not null default 1,
  lease_until timestamptz,
  -- While waiting: when to look again.
  wake_at timestamptz,
  cancel_requested_at timestamptz,
  error jsonb,
  replay_of uuid,
  started_by uuid,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (id)
) partition by range (id);

-- The workflow's history, newest first.
create index executions_by_workflow on public.executions (workflow_id, id desc);
-- The workspace's history, newest first; also what its policy filters by.
create index executions_by_workspace on public.executions (workspace_id, id desc);
-- Abandoned and queued executions, for takeover.
create index executions_open on public.executions (lease_until nulls first) where status in ('queued', 'running');

create table public.execution_steps (
  execution_id uuid not null,
  workspace_id uuid not null,
  node_id text not null,
  -- Where in the loops; '' outside of them.
  path text not null default '',
  attempt integer not null,
  seq integer not null,
  status public.step_status not null,
  port text,
  input jsonb,
  output jsonb,
  error jsonb,
  progress jsonb,
  logs jsonb,
  -- Left behind by a retry from the failed step: kept for people to see, ignored by the engine.
  superseded boolean not null default false,
  started_at timestamptz not null,
  finished_at timestamptz,
  primary key (execution_id, node_id, path, attempt)
) partition by range (execution_id);

-- The smallest version 7 uuid of a moment (RFC 9562, section 5.7: 48 bits of milliseconds come first).
create function private.uuid_v7_floor(p_at timestamptz) returns uuid
language sql immutable
set search_path = ''
as $$
  select (lpad(to_hex((extract(epoch from p_at) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid
$$;

-- Makes the daily partitions of a span of days; those that exist stay.
create function private.ensure_partitions(p_from date, p_to date) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_day date;
  v_parent text;
  v_name text;
begin
  for v_day in select generate_series(p_from, p_to, interval '1 day')::date loop
    foreach v_parent in array array['executions', 'execution_steps'] loop
      v_name := v_parent || '_' || to_char(v_day, 'YYYYMMDD');
      if to_regclass('partitions.' || v_name) is null then
        execute format(
          'create table partitions.%I partition of public.%I for values from (%L) to (%L)',
          v_name, v_parent,
          private.uuid_v7_floor(v_day::timestamp at time zone 'UTC'),
          private.uuid_v7_floor((v_day + 1)::timestamp at time zone 'UTC')
        );
        execute format('alter table partitions.%I enable row level security', v_name);
        execute format('alter table partitions.%I force row level security', v_name);
      end if;
    end loop;
  end loop;
end
$$;
grant execute on function private.ensure_partitions(date, date) to weft_engine;
select private.ensure_partitions((now() at time zone 'UTC')::date - 1, (now() at time zone 'UTC')::date + 14);

-- A net for ids outside the days that exist, so that accepting never fails for want of a partition.
create table partitions.executions_default partition of public.executions default;
create table partitions.execution_steps_default partition of public.execution_steps default;
alter table partitions.executions_default enable row level security;
alter table partitions.executions_default force row level security;
alter table partitions.execution_steps_default enable row level security;
alter table partitions.execution_steps_default force row level security;

alter table public.executions enable row level security;
alter table public.executions force row level security;
alter table public.execution_steps enable row level security;
alter table public.execution_steps force row level security;

grant select on public.executions, public.execution_steps to authenticated;
grant select, insert, update on public.executions, public.execution_steps to weft_engine;

-- Members see their workspace's executions and steps; nobody writes them through the API.
create policy executions_select on public.executions for select to authenticated
  using (workspace_id in (select private.my_workspaces('viewer')));
create policy execution_steps_select on public.execution_steps for select to authenticated
  using (workspace_id in (select private.my_workspaces('viewer')));
-- The engine runs the executions of all workspaces.
create policy executions_engine on public.executions for all to weft_engine using (true) with check (true);
create policy execution_steps_engine on public.execution_steps for all to weft_engine using (true) with check (true);

-- The workspace of an execution which the caller may operate; an error in plain words otherwise.
create function private.workspace_of_execution(p_execution uuid) returns uuid
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_workspace uuid;
begin
  select e.workspace_id into v_workspace
  from public.executions e
  where e.id = p_execution
    and e.workspace_id in (select private.my_workspaces('operator'));
  if v_workspace is null then
    raise exception 'There is no such execution, or your role does not allow this.' using errcode = '42501';
  end if;
  return v_workspace;
end
$$;

-- Asks an execution to stop. One that runs is told at its next write; one that waits or queues stops here and now.
-- Answers with the status after asking.
create function public.cancel_execution(p_execution uuid) returns public.execution_status
language plpgsql security definer
set search_path = ''
as $$
declare
  v_status public.execution_status;
begin
  perform private.workspace_of_execution(p_execution);
  update public.executions e
  set cancel_requested_at = coalesce(e.cancel_requested_at, now()),
      status = case when e.status in ('queued', 'waiting') then 'cancelled' else e.status end,
      lease_number = case when e.status in ('queued', 'waiting') then e.lease_number + 1 else e.lease_number end,
      finished_at = case when e.status in ('queued', 'waiting') then now() else e.finished_at end,
      wake_at = case when e.status in ('queued', 'waiting') then null else e.wake_at end
  where e.id = p_execution
    and e.status in ('queued', 'running', 'waiting')
  returning e.status into v_status;
  if v_status = 'cancelled' then
    update public.execution_steps s
    set status = 'cancelled', finished_at = now()
    where s.execution_id = p_execution and s.status in ('running', 'waiting');
  elsif v_status is null then
    select e.status into v_status from public.executions e where e.id = p_execution;
  end if;
  return v_status;
end
$$;
grant execute on function public.cancel_execution(uuid) to authenticated;

-- Makes a failed, cancelled or timed-out execution ready to go on from where it stopped: finished steps are kept.
-- The caller (the api function) wakes a worker afterwards.
create function public.retry_execution(p_execution uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.workspace_of_execution(p_execution);
  update public.executions e
  set status = 'queued', lease_until = null, lease_number = e.lease_number + 1, wake_at = null,
      cancel_requested_at = null, error = null, finished_at = null
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
grant execute on function public.retry_execution(uuid) to authenticated;
