-- An execution that ran out of time is retried with all of its time again: it counts from the retry.

-- When a person last had it go on after it was over; empty where nobody did.
alter table public.executions add column retried_at timestamptz;

alter type private.claimed_execution add attribute retried_at timestamptz;

-- As before, and with the moment of the retry.
create or replace function private.claim_executions(p_ids uuid[], p_from uuid, p_to uuid, p_lease interval)
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
            e.created_at, e.cancel_requested_at is not null, e.depth, e.parent_id is not null, e.retried_at;
end
$$;

create or replace function private.claim_abandoned(p_limit integer, p_lease interval) returns setof private.claimed_execution
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
            e.created_at, e.cancel_requested_at is not null, e.depth, e.parent_id is not null, e.retried_at;
end
$$;

-- As before; the time that it has left counts from the retry.
create or replace function public.pause_execution(p_execution uuid) returns public.execution_status
language plpgsql security definer
set search_path = ''
as $$
declare
  v_status public.execution_status;
  v_until timestamptz;
begin
  perform private.workspace_of_execution(p_execution);
  update public.executions e
  set paused_at = coalesce(e.paused_at, now()),
      paused_until = coalesce(e.retried_at, e.created_at) + (
        select (v.definition -> 'settings' ->> 'timeoutSeconds')::double precision * interval '1 s'
        from public.workflow_versions v
        where v.id = e.version_id
      )
  where e.id = p_execution
    and e.status in ('queued', 'running', 'waiting')
  returning e.status, e.paused_until into v_status, v_until;
  if v_status is null then
    raise exception 'Only an execution that is not over yet can be paused.' using errcode = '22023';
  end if;
  perform private.send_resume(p_execution, v_until) where v_until is not null;
  return v_status;
end
$$;

-- As before, and notes the moment.
create or replace function public.retry_execution(p_execution uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.workspace_of_execution(p_execution);
  update public.executions e
  set status = 'queued', lease_until = null, lease_number = e.lease_number + 1, wake_at = null,
      cancel_requested_at = null, error = null, finished_at = null, paused_at = null, paused_until = null,
      held = e.is_limited, admitted_at = null, retried_at = now()
  where e.id = p_execution
    and e.status in ('failed', 'cancelled', 'timed_out');
  if not found then
    raise exception 'Only an execution that failed, was cancelled or ran out of time can be retried.' using errcode = '22023';
  end if;
  with failed as (
    select distinct
      regexp_replace(s.path, ':\d+$', '') as loop,
      substring(s.path from '(\d+)$')::integer as item
    from public.execution_steps s
    where s.execution_id = p_execution
      and s.path ~ ':\d+$'
      and s.status = 'failed'
      and s.port is null
      -- Another attempt didn't follow.
      and coalesce(s.progress, 'null') = 'null'
      and not s.superseded
  ), chunks as (
    select s.path, split_part(s.path, '#', 1) as loop,
           split_part(split_part(s.path, '#', 2), '-', 1)::integer as first,
           split_part(split_part(s.path, '#', 2), '-', 2)::integer as beyond
    from public.execution_steps s
    where s.execution_id = p_execution
      and s.path like '%#%'
  )
  update public.execution_steps s
  set superseded = true
  from chunks c
  where s.execution_id = p_execution
    and s.path = c.path
    and exists (
      select from failed f
      where f.loop = c.loop and f.item >= c.first and f.item < c.beyond
    );
  update public.execution_steps s
  set superseded = true
  where s.execution_id = p_execution
    and s.status in ('failed', 'cancelled', 'running', 'waiting')
    -- A failure that the workflow itself dealt with (its error port, "continue") is part of its history.
    and not (s.status = 'failed' and s.port is not null);
end
$$;
