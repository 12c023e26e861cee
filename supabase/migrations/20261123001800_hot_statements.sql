-- The two statements that every execution goes through, once more: executions are run while they are being accepted, and
-- what their first steps gave goes along with the accept. Each is a function, so that it is planned once a connection
-- (see 20261123001100_store_statements.sql), of several statements, so that what a batch doesn't need isn't even begun:
-- starting a statement costs as much as carrying it out for ten executions.
--
-- The functions they take the place of (private.accept_executions, private.write_checkpoints) stay for processes that
-- are older than this migration.

-- Wakes executions at a moment of theirs each: a job in pg-boss' queue, as its own send would make it.
create function private.wake_at(p_ids uuid[], p_moments timestamptz[]) returns void
language sql
set search_path = ''
as $$
  insert into pgboss.job (
    name, data, priority, start_after, keep_until, created_on, policy,
    retry_limit, retry_delay, retry_backoff, expire_seconds, deletion_seconds
  )
  select q.name, jsonb_build_object('execution', w.id),
         -- The sooner, the higher: pg-boss fetches in this order, so what is due never hides behind what isn't.
         greatest(-2147483647, least(2147483647, 1767225600 - extract(epoch from w.moment)))::integer,
         w.moment, w.moment + q.retention_seconds * interval '1 s', now(), q.policy,
         q.retry_limit, q.retry_delay, q.retry_backoff, q.expire_seconds, q.deletion_seconds
  from unnest(p_ids, p_moments) as w (id, moment)
  join pgboss.queue q on q.name = 'resume'
  where w.moment is not null
$$;
grant execute on function private.wake_at(uuid[], timestamptz[]) to weft_engine;

-- Makes a batch of executions durable, each with its first lease and with what it has done already: a short run costs
-- one commit, and its row is never written a second time. Answers with the numbers of those that are new, and of those
-- that were there before. The version of all others isn't live any more; that is asked here, so that a webhook may look
-- its trigger up in a cache that is a second old.
--
-- p_steps is null where no execution has done anything yet. A step that says no status has succeeded in the millisecond
-- it began in, by its port "out", at the first attempt: most have, and reading four fields more of each took a tenth of
-- the time.
create function private.begin_executions(
  p_batch jsonb, p_steps jsonb, p_lease interval, out accepted integer[], out duplicates integer[]
)
language plpgsql
set search_path = ''
set plan_cache_mode = 'force_generic_plan'
as $$
declare
  v_ids uuid[];
  v_workspaces uuid[];
  v_moments timestamptz[];
  v_asleep boolean;
begin
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
  )
  select coalesce(array_agg(a.n) filter (where d.id is not null), '{}'),
         coalesce(array_agg(a.n) filter (where d.id is null), '{}'),
         array_agg(a.id) filter (where d.id is not null),
         array_agg(a.workspace_id) filter (where d.id is not null),
         array_agg(a.wake_at) filter (where d.id is not null),
         bool_or(a.wake_at is not null) filter (where d.id is not null)
  into accepted, duplicates, v_ids, v_workspaces, v_moments, v_asleep
  from allowed a
  left join added d on d.id = a.id;

  if p_steps is not null then
    insert into public.execution_steps (
      execution_id, workspace_id, node_id, path, attempt, seq, status, port,
      input, output, error, progress, logs, started_at, finished_at
    )
    select b.id, b.workspace_id, s.node, coalesce(s.path, ''), coalesce(s.attempt, 1), s.seq,
           coalesce(s.status, 'succeeded'), case when s.status is null then 'out' else s.port end,
           s.input, s.output, s.error, s.progress, s.logs,
           s.started, case when s.status is null then s.started else s.finished end
    from jsonb_to_recordset(p_steps) as s (
      n integer, node text, path text, attempt integer, seq integer, status public.step_status, port text,
      input jsonb, output jsonb, error jsonb, progress jsonb, logs jsonb, started timestamptz, finished timestamptz
    )
    join unnest(accepted, v_ids, v_workspaces) as b (n, id, workspace_id) on b.n = s.n;
  end if;

  if v_asleep then
    perform private.wake_at(v_ids, v_moments);
  end if;
end
$$;
grant execute on function private.begin_executions(jsonb, jsonb, interval) to weft_engine;

-- Moves a batch of executions forward: their new status, their steps and their wake-ups, in one commit. Answers with the
-- numbers of those that were written, and of those among them that somebody wants to stop.
--
-- The fence is the update's own condition: who lost the lease isn't among `held`, and nothing of theirs is written.
-- (An update waits for the row's lock and looks at the newest row: there is no moment between asking and writing.)
--
-- p_ids, and p_from and p_to around them, stand beside the join for the planner: the one partition, the primary key.
-- p_fresh are steps that can't be there yet, inserted without "on conflict": looking first costs 5 µs a step, half of
-- the insert. p_again are steps that may be there: an attempt that was open, a write whose answer got lost. Each is null
-- when there are none; they say in short what goes without saying, as above.
-- A running execution keeps lease_until as it is, so that its update touches no index.
-- Who was asked to stop, or has received something, and is about to fall asleep is woken at once instead.
create function private.checkpoint_executions(
  p_ids uuid[], p_from uuid, p_to uuid, p_executions jsonb, p_fresh jsonb, p_again jsonb,
  out written integer[], out cancel_requested integer[]
)
language plpgsql
set search_path = ''
set plan_cache_mode = 'force_generic_plan'
as $$
declare
  v_ids uuid[];
  v_workspaces uuid[];
  v_moments timestamptz[];
  v_asleep boolean;
begin
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
    returning e.id, e.workspace_id, o.n, e.wake_at, e.cancel_requested_at
  )
  select coalesce(array_agg(h.n), '{}'),
         coalesce(array_agg(h.n) filter (where h.cancel_requested_at is not null), '{}'),
         array_agg(h.id), array_agg(h.workspace_id), array_agg(h.wake_at), bool_or(h.wake_at is not null)
  into written, cancel_requested, v_ids, v_workspaces, v_moments, v_asleep
  from held h;

  if p_fresh is not null then
    insert into public.execution_steps (
      execution_id, workspace_id, node_id, path, attempt, seq, status, port,
      input, output, error, progress, logs, started_at, finished_at
    )
    select h.id, h.workspace_id, s.node, coalesce(s.path, ''), coalesce(s.attempt, 1), s.seq,
           coalesce(s.status, 'succeeded'), case when s.status is null then 'out' else s.port end,
           s.input, s.output, s.error, s.progress, s.logs,
           s.started, case when s.status is null then s.started else s.finished end
    from jsonb_to_recordset(p_fresh) as s (
      n integer, node text, path text, attempt integer, seq integer, status public.step_status, port text,
      input jsonb, output jsonb, error jsonb, progress jsonb, logs jsonb, started timestamptz, finished timestamptz
    )
    join unnest(written, v_ids, v_workspaces) as h (n, id, workspace_id) on h.n = s.n;
  end if;

  if p_again is not null then
    insert into public.execution_steps as t (
      execution_id, workspace_id, node_id, path, attempt, seq, status, port,
      input, output, error, progress, logs, started_at, finished_at
    )
    select h.id, h.workspace_id, s.node, coalesce(s.path, ''), coalesce(s.attempt, 1), s.seq,
           coalesce(s.status, 'succeeded'), case when s.status is null then 'out' else s.port end,
           s.input, s.output, s.error, s.progress, s.logs,
           s.started, case when s.status is null then s.started else s.finished end
    from jsonb_to_recordset(p_again) as s (
      n integer, node text, path text, attempt integer, seq integer, status public.step_status, port text,
      input jsonb, output jsonb, error jsonb, progress jsonb, logs jsonb, started timestamptz, finished timestamptz
    )
    join unnest(written, v_ids, v_workspaces) as h (n, id, workspace_id) on h.n = s.n
    on conflict (execution_id, node_id, path, attempt) do update
    set seq = excluded.seq, status = excluded.status, port = excluded.port, input = excluded.input,
        output = excluded.output, error = excluded.error, progress = excluded.progress, logs = excluded.logs,
        started_at = excluded.started_at, finished_at = excluded.finished_at;
  end if;

  if v_asleep then
    perform private.wake_at(v_ids, v_moments);
  end if;
end
$$;
grant execute on function private.checkpoint_executions(uuid[], uuid, uuid, jsonb, jsonb, jsonb) to weft_engine;
