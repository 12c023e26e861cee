-- Taking executions up, as functions for the reason given in 20261123001100_store_statements.sql: planning is what they
-- cost. Sent as text, looking for abandoned ones took 16 ms each second, nearly all of it planning over the partitions.

-- An execution as whoever claims it gets it.
create type private.claimed_execution as (
  id uuid, workspace_id uuid, workflow_id uuid, version_id uuid, lease_number integer, trigger_node text,
  trigger_data jsonb, mode text, created_at timestamptz, cancel_requested boolean, depth integer, is_awaited boolean
);

-- Whether an execution may be taken up: its workflow's limits have let it in, and nobody wants it to rest (a person may
-- let it rest until they say otherwise, or for a while). Inlined into what asks.
create function private.is_awake(p_held boolean, p_paused_at timestamptz, p_paused_until timestamptz) returns boolean
language sql stable
as $$
  select not p_held and (p_paused_at is null or p_paused_until <= now())
$$;
grant execute on function private.is_awake(boolean, timestamptz, timestamptz) to weft_engine;

-- Takes executions by name: what waits and is due, and what is queued. "skip locked": who is being taken by another
-- process at this moment is theirs. p_from and p_to are the first and the last of p_ids, for the planner: the one partition.
create function private.claim_executions(p_ids uuid[], p_from uuid, p_to uuid, p_lease interval)
returns setof private.claimed_execution
language plpgsql
set search_path = ''
set plan_cache_mode = 'force_generic_plan'
as $$
begin
  return query
  with free as materialized (
    select e.id
    from public.executions e
    where e.id = any (p_ids)
      and e.id between p_from and p_to
      and (e.status = 'queued' or (e.status = 'waiting' and e.wake_at <= now()))
      and private.is_awake(e.held, e.paused_at, e.paused_until)
    for update skip locked
  )
  update public.executions e
  set status = 'running', lease_number = e.lease_number + 1, lease_until = now() + p_lease,
      wake_at = null, delivered_at = null
  from free f
  where e.id = any (p_ids)
    and e.id between p_from and p_to
    and e.id = f.id
  returning e.id, e.workspace_id, e.workflow_id, e.version_id, e.lease_number, e.trigger_node, e.trigger_data, e.mode,
            e.created_at, e.cancel_requested_at is not null, e.depth, e.parent_id is not null;
end
$$;
grant execute on function private.claim_executions(uuid[], uuid, uuid, interval) to weft_engine;

-- Takes over what nobody works on, at most so many: executions whose lease ran out (index executions_open); as the net
-- under pg-boss, sleepers that are overdue by more than two leases (index executions_waiting); and what is queued (index
-- executions_queued). Of the queued, each workspace gets its turn, however many another one has: `spaces` hops from
-- workspace to workspace along the index, and of each only the first few are looked at. Four times as many as are
-- wanted, because others may be taking some of them at this moment.
create function private.claim_abandoned(p_limit integer, p_lease interval) returns setof private.claimed_execution
language plpgsql
set search_path = ''
set plan_cache_mode = 'force_generic_plan'
as $$
begin
  return query
  with recursive lapsed as (
    select e.id
    from public.executions e
    where e.status = 'running'
      and e.lease_until < now()
      and private.is_awake(e.held, e.paused_at, e.paused_until)
    order by e.lease_until
    limit p_limit
    for update skip locked
  ), overdue as (
    select e.id
    from public.executions e
    where e.status = 'waiting'
      and e.wake_at < now() - 2 * p_lease
      and private.is_awake(e.held, e.paused_at, e.paused_until)
    order by e.wake_at
    limit p_limit
    for update skip locked
  ), spaces as (
    (
      select e.workspace_id
      from public.executions e
      where e.status = 'queued' and not e.held
      order by e.workspace_id
      limit 1
    )
    union all
    select (
      select e.workspace_id
      from public.executions e
      where e.status = 'queued' and not e.held and e.workspace_id > s.workspace_id
      order by e.workspace_id
      limit 1
    )
    from spaces s
    where s.workspace_id is not null
  ), turns as (
    select q.id, row_number() over (partition by s.workspace_id order by q.id) as turn
    from spaces s
    cross join lateral (
      select e.id
      from public.executions e
      where e.workspace_id = s.workspace_id
        and e.status = 'queued'
        -- Said by itself, too: the index is only of those that aren't held.
        and not e.held
        and private.is_awake(e.held, e.paused_at, e.paused_until)
      order by e.id
      limit 4 * p_limit
    ) as q
  ), queued as (
    select e.id
    from turns t
    join public.executions e on e.id = t.id
    where e.status = 'queued'
      and private.is_awake(e.held, e.paused_at, e.paused_until)
    order by t.turn, e.id
    limit p_limit
    for update of e skip locked
  ), free as materialized (
    select l.id from lapsed l
    union all
    select o.id from overdue o
    union all
    select q.id from queued q
    limit p_limit
  )
  update public.executions e
  set status = 'running', lease_number = e.lease_number + 1, lease_until = now() + p_lease,
      wake_at = null, delivered_at = null
  from free f
  where e.id = f.id
  returning e.id, e.workspace_id, e.workflow_id, e.version_id, e.lease_number, e.trigger_node, e.trigger_data, e.mode,
            e.created_at, e.cancel_requested_at is not null, e.depth, e.parent_id is not null;
end
$$;
grant execute on function private.claim_abandoned(integer, interval) to weft_engine;

-- The steps of executions that were just claimed, in order. What a retry has left behind comes without its values: only
-- that it was there counts.
create function private.steps_of(p_ids uuid[], p_from uuid, p_to uuid)
returns table (
  execution_id uuid, node_id text, path text, attempt integer, seq integer, status public.step_status, port text,
  error jsonb, superseded boolean, started_at timestamptz, finished_at timestamptz,
  input jsonb, output jsonb, progress jsonb, logs jsonb
)
language plpgsql stable
set search_path = ''
set plan_cache_mode = 'force_generic_plan'
as $$
begin
  return query
  select s.execution_id, s.node_id, s.path, s.attempt, s.seq, s.status, s.port,
         s.error, s.superseded, s.started_at, s.finished_at,
         case when not s.superseded then s.input end,
         case when not s.superseded then s.output end,
         case when not s.superseded then s.progress end,
         case when not s.superseded then s.logs end
  from public.execution_steps s
  where s.execution_id = any (p_ids)
    and s.execution_id between p_from and p_to
  order by s.execution_id, s.seq;
end
$$;
grant execute on function private.steps_of(uuid[], uuid, uuid) to weft_engine;
