-- Approvals arrive live: the topic approvals:<workspace> tells that something changed, and the page asks what.
-- A topic of its own: the navigation watches it on every page, which must not make every execution be told everywhere.

-- As before, with one more kind.
create or replace function private.workspace_of_topic(p_topic text) returns uuid
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
    when 'approvals' then v_id
    when 'workflow' then (select w.workspace_id from public.workflows w where w.id = v_id)
    when 'execution' then (select e.workspace_id from public.executions e where e.id = v_id)
    when 'pipeline' then (select p.workspace_id from public.pipelines p where p.id = v_id)
  end;
end
$$;

-- One message for each workspace that a statement touches, whatever it changed there. The event is the trigger's argument.
create function private.broadcast_approvals() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform realtime.send('{}', tg_argv[0], 'approvals:' || c.workspace_id, true)
  from (select distinct workspace_id from changed) as c
  where private.is_watched('approvals:' || c.workspace_id);
  return null;
end
$$;
create trigger approvals_broadcast_insert after insert on public.approvals
  referencing new table as changed
  for each statement execute function private.broadcast_approvals('approval');
create trigger approvals_broadcast_update after update on public.approvals
  referencing new table as changed
  for each statement execute function private.broadcast_approvals('approval');
create trigger approval_decisions_broadcast after insert on public.approval_decisions
  referencing new table as changed
  for each statement execute function private.broadcast_approvals('approval');
-- What is sent, or failed to be, shows beside the approval. That it's merely planned doesn't.
create trigger approval_mails_broadcast after update on public.approval_mails
  referencing new table as changed
  for each statement execute function private.broadcast_approvals('mail');

-- How many approvals wait for the signed-in person in a workspace.
create function public.count_my_approvals(p_workspace uuid) returns integer
language sql stable
set search_path = ''
as $$
  select count(*)::integer from public.my_approvals(p_workspace)
$$;
grant execute on function public.count_my_approvals(uuid) to authenticated;
