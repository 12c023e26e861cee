-- A person can let an execution rest, and let it go on later.

alter table public.executions
  -- Resting since then. One that runs ends what it's doing and then waits; nothing wakes it, but what arrives is kept.
  add column paused_at timestamptz,
  -- Its time runs out here, resting or not.
  add column paused_until timestamptz;

-- Lets an execution rest. Answers with its status: one that runs goes on until its present steps are done.
create function public.pause_execution(p_execution uuid) returns public.execution_status
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
      paused_until = e.created_at + (
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
grant execute on function public.pause_execution(uuid) to authenticated;

-- A job that takes an execution up at a moment.
create function private.send_resume(p_execution uuid, p_at timestamptz) returns void
language sql security definer
set search_path = ''
as $$
  insert into pgboss.job (
    name, data, priority, start_after, keep_until, created_on, policy,
    retry_limit, retry_delay, retry_backoff, expire_seconds, deletion_seconds
  )
  select q.name, jsonb_build_object('execution', p_execution),
         greatest(-2147483647, least(2147483647, 1767225600 - extract(epoch from p_at)))::integer,
         p_at, p_at + q.retention_seconds * interval '1 s', now(), q.policy,
         q.retry_limit, q.retry_delay, q.retry_backoff, q.expire_seconds, q.deletion_seconds
  from pgboss.queue q
  where q.name = 'resume'
$$;

-- Lets a resting execution go on: at once, or when what it waits for comes. What came meanwhile has been kept.
create function public.resume_execution(p_execution uuid) returns public.execution_status
language plpgsql security definer
set search_path = ''
as $$
declare
  v_status public.execution_status;
  v_wake timestamptz;
begin
  perform private.workspace_of_execution(p_execution);
  update public.executions e
  set paused_at = null, paused_until = null
  where e.id = p_execution
    and e.paused_at is not null
    and e.status in ('queued', 'running', 'waiting')
  returning e.status, case when e.status = 'waiting' then e.wake_at end into v_status, v_wake;
  if v_status is null then
    raise exception 'This execution is not paused.' using errcode = '22023';
  end if;
  -- The job of the time when it was paused may have come and gone.
  perform private.send_resume(p_execution, greatest(v_wake, now())) where v_wake is not null;
  return v_status;
end
$$;
grant execute on function public.resume_execution(uuid) to authenticated;
