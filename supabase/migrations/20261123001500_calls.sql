-- Executions that others have called: stopping one reaches all that it has called, and whoever waits for it hears of it.

-- Stops executions, and what they have called, however deep. One that runs is asked to stop and is told at its next
-- write; one that waits or queues stops here and now. Whoever waits for one that stopped here is told; one that runs
-- tells by itself when it ends.
create function private.cancel_executions(p_executions uuid[]) returns void
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
        wake_at = case when e.status in ('queued', 'waiting') then null else e.wake_at end
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
grant execute on function private.cancel_executions(uuid[]) to weft_engine;

-- Asks an execution to stop, with all that it has called. Answers with the status after asking.
create or replace function public.cancel_execution(p_execution uuid) returns public.execution_status
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.workspace_of_execution(p_execution);
  perform private.cancel_executions(array[p_execution]);
  return (select e.status from public.executions e where e.id = p_execution);
end
$$;

-- The rare parts of a checkpoint, in a statement of their own within the same transaction: waits that open and close,
-- executions that start. Called after private.write_checkpoints has found that the lease is held.
-- An execution that is over waits for nothing, whatever its last write says. A call that nobody waits for any more,
-- because its step or its whole execution is over, is stopped.
create function private.write_extras(p_execution uuid, p_closed jsonb, p_open jsonb, p_starts jsonb)
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
    parent_id, parent_node, parent_path, depth, status, lease_number, lease_until
  )
  select s.id, s.workspace_id, s.workflow_id, s.version_id, s.trigger_node, s.trigger_kind,
         coalesce(s.trigger_data, 'null'), s.mode, s.parent_id, s.parent_node, s.parent_path, s.depth, 'queued', 0, null
  from jsonb_to_recordset(p_starts) as s (
    id uuid, workspace_id uuid, workflow_id uuid, version_id uuid, trigger_node text, trigger_kind text,
    trigger_data jsonb, mode text, parent_id uuid, parent_node text, parent_path text, depth integer
  )
  on conflict (id) do nothing
  returning e.id;
end
$$;
grant execute on function private.write_extras(uuid, jsonb, jsonb, jsonb) to weft_engine;
