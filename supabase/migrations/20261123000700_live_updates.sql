-- Live updates: rows go out by Realtime broadcast, and only for what somebody watches.

-- Who looks at what, renewed by the page while it's open. Unlogged: losing it costs one renewal.
-- Topics: workflow:<id> and workspace:<id> (executions), execution:<id> (steps), pipeline:<id> (records).
create unlogged table public.watches (
  topic text not null,
  user_id uuid not null,
  workspace_id uuid not null,
  until timestamptz not null,
  primary key (topic, user_id)
);
alter table public.watches enable row level security;
alter table public.watches force row level security;

-- The workspace that a topic belongs to; empty when there's no such thing.
create function private.workspace_of_topic(p_topic text) returns uuid
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_kind text := split_part(p_topic, ':', 1);
  v_id uuid;
begin
  if p_topic !~ '^[a-z]+:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then
    return null;
  end if;
  v_id := split_part(p_topic, ':', 2)::uuid;
  return case v_kind
    when 'workspace' then v_id
    when 'workflow' then (select w.workspace_id from public.workflows w where w.id = v_id)
    when 'execution' then (select e.workspace_id from public.executions e where e.id = v_id)
    when 'pipeline' then (select p.workspace_id from public.pipelines p where p.id = v_id)
  end;
end
$$;
grant execute on function private.workspace_of_topic(text) to authenticated;

-- Starts or renews watching for two minutes. Call it before subscribing and every minute while the page is open.
create function public.watch(p_topic text) returns timestamptz
language plpgsql security definer
set search_path = ''
as $$
declare
  v_workspace uuid := private.workspace_of_topic(p_topic);
  v_until timestamptz := now() + interval '2 minutes';
begin
  if v_workspace is null or v_workspace not in (select private.my_workspaces('viewer')) then
    raise exception 'There is nothing here that you may watch.' using errcode = '42501';
  end if;
  insert into public.watches as w (topic, user_id, workspace_id, until)
  values (p_topic, auth.uid(), v_workspace, v_until)
  on conflict (topic, user_id) do update set until = excluded.until;
  return v_until;
end
$$;
grant execute on function public.watch(text) to authenticated;

-- Members may listen to the topics of their own workspaces. Nobody sends: the database alone does.
create policy weft_listen on realtime.messages for select to authenticated
  using (
    extension = 'broadcast'
    and (select private.workspace_of_topic((select realtime.topic()))) in (select private.my_workspaces('viewer'))
  );

-- A large value is left out of the message; the page fetches the row when somebody opens it.
create function private.for_broadcast(p_value jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
  select case when pg_catalog.pg_column_size(p_value) > 16384 then '{"weft:left_out": true}'::jsonb else p_value end
$$;

create function private.is_watched(p_topic text) returns boolean
language sql stable security definer
set search_path = ''
as $$
  select exists (select from public.watches w where w.topic = p_topic and w.until > now())
$$;

create function private.broadcast_executions() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  -- Nobody watches anything: the usual case on a busy server, and the cheap one.
  if not exists (select from public.watches w where w.until > now()) then
    return null;
  end if;
  perform realtime.send(
    (to_jsonb(e) - 'trigger_data' - 'lease_number' - 'lease_until'), 'execution', t.topic, true
  )
  from changed e
  cross join lateral (
    values ('execution:' || e.id), ('workflow:' || e.workflow_id), ('workspace:' || e.workspace_id)
  ) as t (topic)
  where private.is_watched(t.topic);
  return null;
end
$$;
create trigger executions_broadcast_insert after insert on public.executions
  referencing new table as changed
  for each statement execute function private.broadcast_executions();
create trigger executions_broadcast_update after update on public.executions
  referencing new table as changed
  for each statement execute function private.broadcast_executions();

create function private.broadcast_steps() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if not exists (select from public.watches w where w.until > now()) then
    return null;
  end if;
  perform realtime.send(
    (to_jsonb(s) - 'progress')
      || jsonb_build_object(
        'input', private.for_broadcast(s.input),
        'output', private.for_broadcast(s.output)
      ),
    'step', 'execution:' || s.execution_id, true
  )
  from changed s
  where private.is_watched('execution:' || s.execution_id)
  order by s.execution_id, s.seq;
  return null;
end
$$;
create trigger execution_steps_broadcast_insert after insert on public.execution_steps
  referencing new table as changed
  for each statement execute function private.broadcast_steps();
create trigger execution_steps_broadcast_update after update on public.execution_steps
  referencing new table as changed
  for each statement execute function private.broadcast_steps();

create function private.broadcast_records() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if not exists (select from public.watches w where w.until > now()) then
    return null;
  end if;
  perform realtime.send(to_jsonb(r), 'record', 'pipeline:' || r.pipeline_id, true)
  from changed r
  where private.is_watched('pipeline:' || r.pipeline_id);
  return null;
end
$$;
create trigger records_broadcast_insert after insert on public.records
  referencing new table as changed
  for each statement execute function private.broadcast_records();
create trigger records_broadcast_update after update on public.records
  referencing new table as changed
  for each statement execute function private.broadcast_records();
