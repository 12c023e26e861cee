-- Executions that are run while they are being accepted: what their first steps gave goes along.

-- Makes a batch of executions durable, each with its first lease and with what it has done already: a short run costs
-- one statement and one commit, and its row is never written a second time. An answer for each as in
-- private.accept_executions; where that says no, nothing of its steps is written.
create function private.begin_executions(p_batch jsonb, p_steps jsonb, p_lease interval)
returns table (n integer, accepted boolean)
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
      trigger_data jsonb, mode text, replay_of uuid, started_by uuid, only_if_live boolean,
      status public.execution_status, wake_at timestamptz, error jsonb
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
      status, lease_number, lease_until, wake_at, error, finished_at
    )
    select a.id, a.workspace_id, a.workflow_id, a.version_id, a.trigger_node, a.trigger_kind,
           coalesce(a.trigger_data, 'null'), a.mode, a.replay_of, a.started_by,
           coalesce(a.status, 'running'), 1,
           case when coalesce(a.status, 'running') = 'running' then now() + p_lease end,
           a.wake_at, a.error,
           case when a.status not in ('running', 'waiting') then now() end
    from allowed a
    on conflict (id) do nothing
    returning id
  ), begun as (
    select a.n, a.id, a.workspace_id, a.wake_at
    from allowed a
    join added d on d.id = a.id
  ), written as (
    insert into public.execution_steps (
      execution_id, workspace_id, node_id, path, attempt, seq, status, port,
      input, output, error, progress, logs, started_at, finished_at
    )
    select b.id, b.workspace_id, s.node, coalesce(s.path, ''), s.attempt, s.seq, s.status, s.port,
           s.input, s.output, s.error, s.progress, s.logs, s.started, s.finished
    from jsonb_to_recordset(p_steps) as s (
      n integer, node text, path text, attempt integer, seq integer, status public.step_status, port text,
      input jsonb, output jsonb, error jsonb, progress jsonb, logs jsonb, started timestamptz, finished timestamptz
    )
    join begun b on b.n = s.n
  ), woken as (
    insert into pgboss.job (
      name, data, priority, start_after, keep_until, created_on, policy,
      retry_limit, retry_delay, retry_backoff, expire_seconds, deletion_seconds
    )
    select q.name, jsonb_build_object('execution', b.id),
           -- The sooner, the higher: pg-boss fetches in this order, so what is due never hides behind what isn't.
           greatest(-2147483647, least(2147483647, 1767225600 - extract(epoch from b.wake_at)))::integer,
           b.wake_at, b.wake_at + q.retention_seconds * interval '1 s', now(), q.policy,
           q.retry_limit, q.retry_delay, q.retry_backoff, q.expire_seconds, q.deletion_seconds
    from begun b
    join pgboss.queue q on q.name = 'resume'
    where b.wake_at is not null
  )
  select l.n, d.id is not null
  from allowed l
  left join added d on d.id = l.id;
end
$$;
grant execute on function private.begin_executions(jsonb, jsonb, interval) to weft_engine;
