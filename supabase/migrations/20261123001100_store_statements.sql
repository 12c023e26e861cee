-- The two statements that every execution goes through, as functions, so that each connection plans them once.
--
-- Sent as text, they are parsed and planned each time: 0.9 ms for the two, as long as their work for eight executions
-- (a tenth of the day's partitions each time). Named prepared statements would save that, too, but don't work behind a
-- transaction pooler; a function's plans are kept by the server. force_generic_plan: the planner would otherwise go on
-- to plan for each batch, because it can't see that the partitions that aren't needed drop out when the plan is run.
-- Measured in processor time of one execution with six steps: alone 2.6 -> 1.3 ms, in batches of 25 240 -> 170 µs.
--
-- Batches come as jsonb: parsed once, fields copied as they are (json is parsed again for each field: 160 against
-- 130 µs; unnest of 14 arrays is as fast, but costs the caller more).

-- Makes a batch of executions durable, each with its first lease. An answer for each that may run; `accepted` is false
-- where it was there before. No answer: its version isn't live any more. That is asked here, in the same statement, so
-- that a webhook may look its trigger up in a cache that is a second old.
create function private.accept_executions(p_batch jsonb, p_lease interval) returns table (n integer, accepted boolean)
language plpgsql
set search_path = ''
set plan_cache_mode = 'force_generic_plan'
as $$
begin
  return query
  with offered as (
    select *
    from jsonb_to_recordset(p_batch) as o (
      n integer, id uuid, workspace_id uuid, workflow_id uuid, version_id uuid, trigger_node text, trigger_kind text,
      trigger_data jsonb, mode text, replay_of uuid, started_by uuid, only_if_live boolean
    )
  ), allowed as (
    select o.*
    from offered o
    where not o.only_if_live
       or exists (
         select from public.workflows w
         where w.id = o.workflow_id and w.live_version_id = o.version_id
       )
  ), added as (
    insert into public.executions (
      id, workspace_id, workflow_id, version_id, trigger_node, trigger_kind, trigger_data, mode, replay_of, started_by,
      status, lease_number, lease_until
    )
    select a.id, a.workspace_id, a.workflow_id, a.version_id, a.trigger_node, a.trigger_kind,
           coalesce(a.trigger_data, 'null'), a.mode, a.replay_of, a.started_by,
           'running', 1, now() + p_lease
    from allowed a
    on conflict (id) do nothing
    returning id
  )
  select l.n, d.id is not null
  from allowed l
  left join added d on d.id = l.id;
end
$$;
grant execute on function private.accept_executions(jsonb, interval) to weft_engine;

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
-- Who was asked to stop and is about to fall asleep is woken at once instead, to hear of it.
create function private.write_checkpoints(
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
        wake_at = case when o.status = 'waiting' and e.cancel_requested_at is not null then now() else o.wake_at end,
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
grant execute on function private.write_checkpoints(uuid[], uuid, uuid, jsonb, jsonb, jsonb) to weft_engine;
