-- Replays: a new execution that begins with what an earlier one did and must not do again.

alter table public.execution_steps
  -- Taken over from the execution that this one repeats: it wasn't done again.
  add column reused boolean not null default false;

-- Whether an execution was replayed already. Replays are few.
create index executions_by_replay_of on public.executions (replay_of) where replay_of is not null;

-- Makes a replay durable, queued, together with the steps that it takes over: all or nothing. False when an execution
-- with this id is there already. Without "trigger_data" it starts with the same data as the earlier one. With an error
-- it has failed before it began: of many replays that were asked for, this one wasn't possible, and says why.
create function private.start_replay(
  p_execution jsonb, p_kept jsonb, p_error jsonb default null, p_payloads jsonb default null
) returns boolean
language plpgsql
set search_path = ''
as $$
declare
  v_id uuid := (p_execution ->> 'id')::uuid;
  v_of uuid := (p_execution ->> 'replay_of')::uuid;
  v_kept integer;
begin
  insert into public.executions (
    id, workspace_id, workflow_id, version_id, trigger_node, trigger_kind, trigger_data, mode, replay_of, started_by,
    status, lease_number, lease_until, error, finished_at
  )
  select v_id, e.workspace_id, e.workflow_id, (p_execution ->> 'version_id')::uuid, e.trigger_node,
         p_execution ->> 'trigger_kind',
         case when p_execution ? 'trigger_data' then p_execution -> 'trigger_data' else e.trigger_data end,
         p_execution ->> 'mode', e.id, (p_execution ->> 'started_by')::uuid,
         case when p_error is null then 'queued' else 'failed' end::public.execution_status, 0, null,
         p_error, case when p_error is not null then now() end
  from public.executions e
  where e.id = v_of
  on conflict (id) do nothing;
  if not found then
    return false;
  end if;

  insert into public.execution_steps (
    execution_id, workspace_id, node_id, path, attempt, seq, status, port,
    input, output, error, progress, logs, started_at, finished_at, reused
  )
  select v_id, s.workspace_id, s.node_id, s.path, s.attempt, k.seq, s.status, s.port,
         s.input, s.output, s.error, s.progress, s.logs, s.started_at, s.finished_at, true
  from jsonb_to_recordset(p_kept) as k (node text, path text, attempt integer, seq integer)
  join public.execution_steps s
    on s.execution_id = v_of and s.node_id = k.node and s.path = k.path and s.attempt = k.attempt;
  get diagnostics v_kept = row_count;
  -- Begun without one of them, it would do again what is done.
  if v_kept <> jsonb_array_length(p_kept) then
    raise exception 'The earlier execution has changed meanwhile. Look at it again.' using errcode = '22023';
  end if;

  -- Large values are kept beside the rows of each execution: the new one gets its own.
  perform private.store_payloads(p_payloads) where p_payloads is not null;
  with named as (
    select e.trigger_data ->> 'weft:payload' as key
    from public.executions e
    where e.id = v_id
    union
    select value ->> 'weft:payload'
    from public.execution_steps s
    cross join lateral (values (s.input), (s.output), (s.progress)) as v (value)
    where s.execution_id = v_id
  )
  insert into public.execution_payloads (execution_id, workspace_id, key, value)
  select v_id, p.workspace_id, p.key, p.value
  from named n
  join public.execution_payloads p on p.execution_id = v_of and p.key = n.key
  on conflict (execution_id, key) do nothing;
  return true;
end
$$;
grant execute on function private.start_replay(jsonb, jsonb, jsonb, jsonb) to weft_engine;

-- Many replays at once wait here, each a job, and are begun when there is little else to do. "short": an execution
-- waits for its replay once, however often somebody asks.
select pgboss.create_queue('replay', '{"policy": "short", "partition": true, "retryLimit": 5, "retryDelay": 5, "expireInSeconds": 60, "deleteAfterSeconds": 60}');
do $$
declare
  v_table text;
begin
  select q.table_name into v_table from pgboss.queue q where q.name = 'replay';
  execute format('grant select, insert, update, delete on pgboss.%I to weft_engine', v_table);
end
$$;

-- Queues replays of executions that ended without success and weren't replayed since. Answers with how many.
create function private.queue_replays(p_executions uuid[], p_options jsonb) returns integer
language plpgsql
set search_path = ''
as $$
declare
  v_queued integer;
begin
  insert into pgboss.job (
    name, data, singleton_key, start_after, keep_until, created_on, policy,
    retry_limit, retry_delay, retry_backoff, expire_seconds, deletion_seconds
  )
  select q.name, p_options || jsonb_build_object('execution', e.id), e.id::text,
         now(), now() + q.retention_seconds * interval '1 s', now(), q.policy,
         q.retry_limit, q.retry_delay, q.retry_backoff, q.expire_seconds, q.deletion_seconds
  from public.executions e
  join pgboss.queue q on q.name = 'replay'
  where e.id = any (p_executions)
    and e.status in ('failed', 'cancelled', 'timed_out')
    and not exists (
      select from public.executions r
      where r.replay_of = e.id and r.status in ('queued', 'running', 'waiting', 'succeeded')
    )
  order by e.id
  on conflict do nothing;
  get diagnostics v_queued = row_count;
  return v_queued;
end
$$;
grant execute on function private.queue_replays(uuid[], jsonb) to weft_engine;
