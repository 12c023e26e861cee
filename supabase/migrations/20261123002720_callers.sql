-- Executions that a step has started without waiting for them know who that was, too. For people to see: cancelling
-- doesn't reach them, and nobody is told of their end.

alter table public.executions add column caller_id uuid;

-- What an execution has started without waiting for it.
create index executions_by_caller on public.executions (caller_id) where caller_id is not null;

-- As before, with the caller.
create or replace function private.write_extras(p_execution uuid, p_closed jsonb, p_open jsonb, p_starts jsonb)
returns table (ready uuid)
language plpgsql
set search_path = ''
as $$
declare
  v_deserted uuid[];
begin
  with closed as (
    delete from public.execution_waits w
    using public.executions e
    where e.id = p_execution
      and w.execution_id = e.id
      and (
        e.status not in ('queued', 'running', 'waiting')
        or exists (
          select
          from jsonb_to_recordset(p_closed) as c (node text, path text, kind text, key text)
          where w.node_id = c.node
            and w.path = c.path
            and (c.kind is null or (w.kind = c.kind and w.key = c.key))
        )
      )
    returning w.kind, w.key, w.delivered_at
  )
  select array_agg(c.key::uuid) into v_deserted
  from closed c
  where c.kind = 'execution' and c.delivered_at is null;
  if v_deserted is not null then
    perform private.cancel_executions(v_deserted);
  end if;

  insert into public.execution_waits (workspace_id, execution_id, node_id, path, kind, key, data)
  select e.workspace_id, e.id, o.node, o.path, o.kind, o.key, coalesce(o.data, 'null')
  from jsonb_to_recordset(p_open) as o (node text, path text, kind text, key text, data jsonb)
  join public.executions e on e.id = p_execution
  on conflict (execution_id, node_id, path, kind, key) do nothing;

  return query
  insert into public.executions as e (
    id, workspace_id, workflow_id, version_id, trigger_node, trigger_kind, trigger_data, mode,
    parent_id, parent_node, parent_path, caller_id, depth, status, lease_number, lease_until
  )
  select s.id, s.workspace_id, s.workflow_id, s.version_id, s.trigger_node, s.trigger_kind,
         coalesce(s.trigger_data, 'null'), s.mode,
         s.parent_id, s.parent_node, s.parent_path, s.caller_id, s.depth, 'queued', 0, null
  from jsonb_to_recordset(p_starts) as s (
    id uuid, workspace_id uuid, workflow_id uuid, version_id uuid, trigger_node text, trigger_kind text,
    trigger_data jsonb, mode text, parent_id uuid, parent_node text, parent_path text, caller_id uuid, depth integer
  )
  on conflict (id) do nothing
  returning e.id;
end
$$;
