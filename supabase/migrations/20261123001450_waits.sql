-- What reaches waiting steps from outside: calls to an execution's own address, and changes of records.

-- As before, but locks the execution before its wait, as checkpoints do: whoever delivers while the step ends (because
-- its time is up, say) waits for it, instead of both waiting for each other until one of them is thrown out.
create or replace function private.deliver(p_wait uuid, p_delivery jsonb) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  v_execution uuid;
begin
  select w.execution_id into v_execution
  from public.execution_waits w
  where w.id = p_wait and w.delivered_at is null;
  perform from public.executions e where e.id = v_execution for update;
  update public.execution_waits w
  set delivered_at = clock_timestamp(), delivery = coalesce(p_delivery, 'null')
  where w.id = p_wait and w.delivered_at is null;
  if not found then
    return false;
  end if;
  update public.executions e
  set delivered_at = clock_timestamp()
  where e.id = v_execution;
  perform private.wake(array[v_execution]);
  return true;
end
$$;

-- Hands a call to the execution whose address was called. Answers with
--   delivered   a step waited for it
--   kept        no step waits for it yet; the one that will, gets it
--   over        it was called before, or the execution has ended
--   unknown     there is no such execution
-- The execution's row is locked first, as the checkpoint that opens a wait has it locked, too: whichever comes second
-- sees what the first has written.
create function private.deliver_callback(p_execution uuid, p_key text, p_call jsonb) returns text
language plpgsql
set search_path = ''
as $$
declare
  v_execution public.executions;
  v_wait public.execution_waits;
begin
  select * into v_execution from public.executions e where e.id = p_execution for update;
  if v_execution.id is null then
    return 'unknown';
  elsif v_execution.status not in ('queued', 'running', 'waiting') then
    return 'over';
  end if;
  select * into v_wait
  from public.execution_waits w
  where w.execution_id = p_execution and w.kind = 'callback' and w.key = p_key
  order by w.delivered_at nulls first
  limit 1;
  if v_wait.id is null then
    insert into public.execution_waits (workspace_id, execution_id, node_id, kind, key, delivered_at, delivery)
    values (v_execution.workspace_id, p_execution, '', 'callback', p_key, clock_timestamp(), p_call);
    return 'kept';
  end if;
  return case when private.deliver(v_wait.id, p_call) then 'delivered' else 'over' end;
end
$$;
grant execute on function private.deliver_callback(uuid, text, jsonb) to weft_engine;

-- A wait that opens finds a call that came before it.
create function private.find_early_callback() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_early jsonb;
begin
  delete from public.execution_waits w
  where w.execution_id = new.execution_id and w.node_id = '' and w.kind = 'callback' and w.key = new.key
  returning w.delivery into v_early;
  if found then
    perform private.deliver(new.id, v_early);
  end if;
  return null;
end
$$;
create trigger execution_waits_early after insert on public.execution_waits
  for each row when (new.kind = 'callback' and new.node_id <> '')
  execute function private.find_early_callback();

-- Which fields differ between two states of a record: { field: { from, to } }.
create function private.changed_fields(p_from jsonb, p_to jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(key, jsonb_build_object('from', p_from -> key, 'to', p_to -> key)), '{}')
  from (
    select jsonb_object_keys(p_from) as key
    union
    select jsonb_object_keys(p_to)
  ) as keys
  where p_from -> key is distinct from p_to -> key
$$;

-- Whether a change is what a wait for a record asks for: {"event": "changed" | "field" | "deleted", "field", "value"}.
-- A value fits whichever way it is written: 5 and "5" are the same to whoever drew the workflow.
create function private.is_awaited_change(p_wanted jsonb, p_changed jsonb, p_deleted boolean) returns boolean
language sql immutable
set search_path = ''
as $$
  select case p_wanted ->> 'event'
    when 'any' then true
    when 'deleted' then p_deleted
    when 'changed' then not p_deleted and p_changed <> '{}'
    when 'field' then not p_deleted
      and p_changed ? (p_wanted ->> 'field')
      and (
        coalesce(p_wanted ->> 'value', '') = ''
        or lower(trim(p_changed -> (p_wanted ->> 'field') ->> 'to')) = lower(trim(p_wanted ->> 'value'))
      )
    else false
  end
$$;

-- Delivers changes of records to whoever waits for them. One look into the index execution_waits_by_key a change.
create function private.deliver_record_change() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_wait record;
  v_changed jsonb;
  v_deleted boolean := new.deleted_at is not null and old.deleted_at is null;
begin
  for v_wait in
    select w.id, w.data
    from public.execution_waits w
    where w.kind = 'record'
      and w.key = new.id::text
      and w.delivered_at is null
      and w.workspace_id = new.workspace_id
  loop
    v_changed := coalesce(v_changed, private.changed_fields(old.data, new.data));
    if private.is_awaited_change(v_wait.data, v_changed, v_deleted) then
      perform private.deliver(
        v_wait.id, jsonb_build_object('record', new.data, 'changed', v_changed, 'deleted', v_deleted)
      );
    end if;
  end loop;
  return null;
end
$$;
create trigger records_deliver after update on public.records
  for each row execute function private.deliver_record_change();
