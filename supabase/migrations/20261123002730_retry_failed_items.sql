-- As before; and of a loop that goes on when an item fails, the items that failed run again, also those of a part of a
-- long list that was over: its record (see run/chunks.ts) is set aside, so that the run walks through those 500 items.
-- What succeeded among them is answered from its own record and not done again.
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
      (substring(s.path from '(\d+)$')::integer / 500 * 500)::text as first
    from public.execution_steps s
    where s.execution_id = p_execution
      and s.path ~ ':\d+$'
      and s.status = 'failed'
      and s.port is null
      -- Another attempt didn't follow.
      and coalesce(s.progress, 'null') = 'null'
      and not s.superseded
  )
  update public.execution_steps c
  set superseded = true
  from failed f
  where c.execution_id = p_execution
    and c.path like '%#%'
    and split_part(c.path, '#', 1) = f.loop
    and split_part(split_part(c.path, '#', 2), '-', 1) = f.first;
  update public.execution_steps s
  set superseded = true
  where s.execution_id = p_execution
    and s.status in ('failed', 'cancelled', 'running', 'waiting')
    -- A failure that the workflow itself dealt with (its error port, "continue") is part of its history.
    and not (s.status = 'failed' and s.port is not null);
end
$$;
