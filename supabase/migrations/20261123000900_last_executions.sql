-- What the list of workflows shows beside each: its latest execution. As the asker, so that their policies apply.

create function public.last_executions(p_workspace uuid)
returns table (
  id uuid,
  workflow_id uuid,
  status public.execution_status,
  mode text,
  created_at timestamptz,
  finished_at timestamptz
)
language sql stable
set search_path = ''
as $$
  select e.id, e.workflow_id, e.status, e.mode, e.created_at, e.finished_at
  from public.workflows w
  -- One look into the index executions_by_workflow for each workflow, from its end.
  cross join lateral (
    select x.id, x.workflow_id, x.status, x.mode, x.created_at, x.finished_at
    from public.executions x
    where x.workflow_id = w.id
    order by x.id desc
    limit 1
  ) e
  where w.workspace_id = p_workspace
    and w.deleted_at is null
$$;
grant execute on function public.last_executions(uuid) to authenticated;
