-- What steps wait for, besides time, and executions that other executions start.

alter table public.executions
  -- The step that called it and waits for its end; empty for all others.
  add column parent_id uuid,
  add column parent_node text,
  add column parent_path text,
  -- How many executions led to it: 0 when it came from outside.
  add column depth integer not null default 0,
  -- Something arrived for a waiting step, and nobody has looked since. Like cancel_requested_at it stands in the row
  -- itself: a run that is falling asleep at this moment reads the newest row, whatever its snapshot shows.
  add column delivered_at timestamptz;

-- The executions that one has started and waits for: to cancel them with it.
create index executions_by_parent on public.executions (parent_id) where parent_id is not null;

-- One row for each thing that a waiting step waits for; gone when the step is over.
create table public.execution_waits (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  execution_id uuid not null,
  node_id text not null,
  path text not null default '',
  kind text not null check (kind in ('approval', 'callback', 'reply', 'record', 'execution')),
  -- What a delivery names: a record, a child execution, an address.
  key text not null,
  -- For whoever matches or shows it.
  data jsonb not null default 'null',
  opened_at timestamptz not null default now(),
  -- The first delivery wins.
  delivered_at timestamptz,
  delivery jsonb,
  unique (execution_id, node_id, path, kind, key)
);
-- Who delivers looks for what is named.
create index execution_waits_by_key on public.execution_waits (kind, key) where delivered_at is null;
create index execution_waits_by_workspace on public.execution_waits (workspace_id);

alter table public.execution_waits enable row level security;
alter table public.execution_waits force row level security;
grant select on public.execution_waits to authenticated;
grant select, insert, update, delete on public.execution_waits to weft_engine;
-- Members see what their workspace's executions wait for.
create policy execution_waits_select on public.execution_waits for select to authenticated
  using (workspace_id in (select private.my_workspaces('viewer')));
-- The engine opens and closes waits in all workspaces.
create policy execution_waits_engine on public.execution_waits for all to weft_engine using (true) with check (true);

-- Sends executions that wait a job to be taken up at once.
create function private.wake(p_executions uuid[]) returns void
language sql security definer
set search_path = ''
as $$
  with woken as (
    update public.executions e
    set wake_at = now()
    where e.id = any (p_executions) and e.status = 'waiting'
    returning e.id
  )
  insert into pgboss.job (
    name, data, priority, start_after, keep_until, created_on, policy,
    retry_limit, retry_delay, retry_backoff, expire_seconds, deletion_seconds
  )
  select q.name, jsonb_build_object('execution', w.id),
         greatest(-2147483647, least(2147483647, 1767225600 - extract(epoch from now())))::integer,
         now(), now() + q.retention_seconds * interval '1 s', now(), q.policy,
         q.retry_limit, q.retry_delay, q.retry_backoff, q.expire_seconds, q.deletion_seconds
  from woken w
  join pgboss.queue q on q.name = 'resume'
$$;
grant execute on function private.wake(uuid[]) to weft_engine;

-- Hands something from outside to a wait. True when it was taken; false when something else came first, or nobody
-- waits any more. An execution that waits is woken; one that runs looks again before it falls asleep.
create function private.deliver(p_wait uuid, p_delivery jsonb) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  v_execution uuid;
begin
  update public.execution_waits w
  set delivered_at = clock_timestamp(), delivery = coalesce(p_delivery, 'null')
  where w.id = p_wait and w.delivered_at is null
  returning w.execution_id into v_execution;
  if v_execution is null then
    return false;
  end if;
  update public.executions e
  set delivered_at = clock_timestamp()
  where e.id = v_execution;
  perform private.wake(array[v_execution]);
  return true;
end
$$;
grant execute on function private.deliver(uuid, jsonb) to weft_engine;

-- The live version of a workspace's workflow and its trigger of one kind.
create function private.live_trigger(p_workspace uuid, p_workflow uuid, p_kind text)
returns table (version_id uuid, node_id text)
language sql stable security definer
set search_path = ''
as $$
  select t.version_id, t.node_id
  from public.triggers t
  where t.workspace_id = p_workspace
    and t.workflow_id = p_workflow
    and t.kind = p_kind
  order by t.node_id
  limit 1
$$;
grant execute on function private.live_trigger(uuid, uuid, text) to weft_engine;

-- Tells a parent of the end of an execution that it waits for. The parent's id when it can go on because of it.
create function private.tell_parent(p_child uuid, p_parent uuid, p_end jsonb) returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_wait uuid;
begin
  select w.id into v_wait
  from public.execution_waits w
  where w.execution_id = p_parent
    and w.kind = 'execution'
    and w.key = p_child::text
    and w.delivered_at is null;
  if v_wait is not null and private.deliver(v_wait, p_end) then
    return p_parent;
  end if;
  return null;
end
$$;
grant execute on function private.tell_parent(uuid, uuid, jsonb) to weft_engine;

-- Moves a batch of executions forward: their new status, their steps and their wake-ups, in one commit. An answer for
-- each that was written.
--
-- The fence is the update's own condition: who lost the lease isn't among `held`, and nothing of theirs is written.
-- (An update waits for the row's lock and looks at the newest row: there is no moment between asking and writing.)
--
-- p_ids, and p_from and p_to around them, stand beside the join for the planner: the one partition, the primary key.
-- p_fresh are steps that can't be there yet, inserted without "on conflict": looking first costs 5 µs a step, half of
-- the insert. p_again are steps that may be there: an attempt that was open, a write whose answer got lost.
-- A running execution keeps lease_until as it is, so that its update touches no index.
-- Who was asked to stop, or has received something, and is about to fall asleep is woken at once instead.
create or replace function private.write_checkpoints(
  p_ids uuid[], p_from uuid, p_to uuid, p_executions jsonb, p_fresh jsonb, p_again jsonb
) returns table (n integer, cancel_requested boolean)
language plpgsql
set search_path = ''
set plan_cache_mode = 'force_generic_plan'
as $$
begin
  return query
  with offered as (
    select *
    from jsonb_to_recordset(p_executions) as o (
      n integer, id uuid, lease integer, status public.execution_status, wake_at timestamptz, error jsonb
    )
  ), held as (
    update public.executions e
    set status = o.status,
        lease_until = case when o.status = 'running' then e.lease_until end,
        wake_at = case
          when o.status = 'waiting' and (e.cancel_requested_at is not null or e.delivered_at is not null) then now()
          else o.wake_at
        end,
        error = o.error,
        finished_at = case when o.status not in ('running', 'waiting') then now() end
    from offered o
    where e.id = any (p_ids)
      and e.id between p_from and p_to
      and e.id = o.id
      and e.lease_number = o.lease
      and e.status = 'running'
    returning e.id, e.workspace_id, o.n, e.wake_at, e.cancel_requested_at is not null as cancel_requested
  ), written as (
    insert into public.execution_steps (
      execution_id, workspace_id, node_id, path, attempt, seq, status, port,
      input, output, error, progress, logs, started_at, finished_at
    )
    select h.id, h.workspace_id, s.node, coalesce(s.path, ''), s.attempt, s.seq, s.status, s.port,
           s.input, s.output, s.error, s.progress, s.logs, s.started, s.finished
    from jsonb_to_recordset(p_fresh) as s (
      n integer, node text, path text, attempt integer, seq integer, status public.step_status, port text,
      input jsonb, output jsonb, error jsonb, progress jsonb, logs jsonb, started timestamptz, finished timestamptz
    )
    join held h on h.n = s.n
  ), rewritten as (
    insert into public.execution_steps as t (
      execution_id, workspace_id, node_id, path, attempt, seq, status, port,
      input, output, error, progress, logs, started_at, finished_at
    )
    select h.id, h.workspace_id, s.node, coalesce(s.path, ''), s.attempt, s.seq, s.status, s.port,
           s.input, s.output, s.error, s.progress, s.logs, s.started, s.finished
    from jsonb_to_recordset(p_again) as s (
      n integer, node text, path text, attempt integer, seq integer, status public.step_status, port text,
      input jsonb, output jsonb, error jsonb, progress jsonb, logs jsonb, started timestamptz, finished timestamptz
    )
    join held h on h.n = s.n
    on conflict (execution_id, node_id, path, attempt) do update
    set seq = excluded.seq, status = excluded.status, port = excluded.port, input = excluded.input,
        output = excluded.output, error = excluded.error, progress = excluded.progress, logs = excluded.logs,
        started_at = excluded.started_at, finished_at = excluded.finished_at
  ), woken as (
    insert into pgboss.job (
      name, data, priority, start_after, keep_until, created_on, policy,
      retry_limit, retry_delay, retry_backoff, expire_seconds, deletion_seconds
    )
    select q.name, jsonb_build_object('execution', h.id),
           -- The sooner, the higher: pg-boss fetches in this order, so what is due never hides behind what isn't.
           greatest(-2147483647, least(2147483647, 1767225600 - extract(epoch from h.wake_at)))::integer,
           h.wake_at, h.wake_at + q.retention_seconds * interval '1 s', now(), q.policy,
           q.retry_limit, q.retry_delay, q.retry_backoff, q.expire_seconds, q.deletion_seconds
    from held h
    join pgboss.queue q on q.name = 'resume'
    where h.wake_at is not null
  )
  select h.n, h.cancel_requested
  from held h;
end
$$;
