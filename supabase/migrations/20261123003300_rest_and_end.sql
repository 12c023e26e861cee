-- What rests can be ended. Both were found by the simulation (tests/simulation).

-- As before; and whoever cancels doesn't want it to rest any longer. An execution whose process had died while it was to
-- rest wasn't taken up by anybody, and so never heard that it should stop.
create or replace function private.cancel_executions(p_executions uuid[]) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_ids uuid[] := p_executions;
  v_told record;
begin
  -- Level by level: as deep as calls go.
  while cardinality(v_ids) > 0 loop
    update public.executions e
    set cancel_requested_at = coalesce(e.cancel_requested_at, now()),
        status = case when e.status in ('queued', 'waiting') then 'cancelled' else e.status end,
        lease_number = case when e.status in ('queued', 'waiting') then e.lease_number + 1 else e.lease_number end,
        finished_at = case when e.status in ('queued', 'waiting') then now() else e.finished_at end,
        wake_at = case when e.status in ('queued', 'waiting') then null else e.wake_at end,
        paused_at = null, paused_until = null
    where e.id = any (v_ids)
      and e.status in ('queued', 'running', 'waiting');

    update public.execution_steps s
    set status = 'cancelled', finished_at = now()
    from public.executions e
    where e.id = any (v_ids)
      and e.status = 'cancelled'
      and s.execution_id = e.id
      and s.status in ('running', 'waiting');

    delete from public.execution_waits w
    using public.executions e
    where e.id = any (v_ids)
      and e.status = 'cancelled'
      and w.execution_id = e.id;

    for v_told in
      select e.id, e.parent_id
      from public.executions e
      where e.id = any (v_ids) and e.status = 'cancelled' and e.parent_id is not null
    loop
      perform private.tell_parent(
        v_told.id, v_told.parent_id, jsonb_build_object('status', 'cancelled', 'output', null, 'error', null)
      );
    end loop;

    select coalesce(array_agg(c.id), '{}') into v_ids
    from public.executions c
    where c.parent_id = any (v_ids)
      and c.status in ('queued', 'running', 'waiting');
  end loop;
end
$$;

-- As before; and one whose time runs out while it rests is let in, so that it can end: its rest is over by then.
create or replace function private.admit(p_workflow uuid) returns setof uuid
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
    where e.workflow_id = p_workflow and e.held and e.status = 'queued'
      and (e.paused_at is null or e.paused_until <= now())
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
