-- One statement sends an execution's wake-up: private.wake_at. What wakes now, or one by itself, says so to it.

create or replace function private.wake(p_executions uuid[]) returns void
language sql security definer
set search_path = ''
as $$
  with woken as (
    update public.executions e
    set wake_at = now()
    where e.id = any (p_executions) and e.status = 'waiting'
    returning e.id
  )
  select private.wake_at(array_agg(w.id), array_agg(now()))
  from woken w
$$;

create or replace function private.send_resume(p_execution uuid, p_at timestamptz) returns void
language sql security definer
set search_path = ''
as $$
  select private.wake_at(array[p_execution], array[p_at])
$$;

-- As before; which part of a long list a failed item is in is read off the part's own record, whose path says from where
-- to where it goes (see run/chunks.ts in the engine): how long parts are is the engine's business.
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
