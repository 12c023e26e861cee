-- Live updates of workflows that are for some members only, and the word that somebody's access has changed.

-- Whether the signed-in person may hear a topic: of their workspaces, but of no workflow that is kept from them nor of
-- its executions, whatever the topic's kind. restricted:<workspace> tells of executions of restricted workflows, to
-- those from whom nothing can be kept.
create function private.may_hear(p_topic text) returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_id uuid;
  v_hidden uuid[];
begin
  if p_topic !~ '^[a-z]+:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then
    return false;
  end if;
  v_id := split_part(p_topic, ':', 2)::uuid;
  if split_part(p_topic, ':', 1) = 'restricted' then
    return v_id in (select private.my_workspaces('admin'));
  end if;
  if private.workspace_of_topic(p_topic) is null
    or private.workspace_of_topic(p_topic) not in (select private.my_workspaces('viewer'))
  then
    return false;
  end if;
  v_hidden := private.hidden_workflow_ids();
  return v_hidden = '{}' or not (
    v_id = any (v_hidden)
    or exists (select from public.executions e where e.id = v_id and e.workflow_id = any (v_hidden))
  );
end
$$;
grant execute on function private.may_hear(text) to authenticated;

-- As before, for what one may hear.
create or replace function public.watch(p_topic text) returns timestamptz
language plpgsql security definer
set search_path = ''
as $$
declare
  v_until timestamptz := now() + interval '2 minutes';
begin
  if not private.may_hear(p_topic) then
    raise exception 'There is nothing here that you may watch.' using errcode = '42501';
  end if;
  insert into public.watches as w (topic, user_id, workspace_id, until)
  values (
    p_topic, auth.uid(), coalesce(private.workspace_of_topic(p_topic), split_part(p_topic, ':', 2)::uuid), v_until
  )
  on conflict (topic, user_id) do update set until = excluded.until;
  return v_until;
end
$$;

-- Members may listen to the topics of their own workspaces that they may hear. Nobody sends: the database alone does.
alter policy weft_listen on realtime.messages
  using (extension = 'broadcast' and (select private.may_hear((select realtime.topic()))));

-- As before; what a restricted workflow does isn't told to the whole workspace.
create or replace function private.broadcast_executions() returns trigger
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
  left join public.workflows w on w.id = e.workflow_id
  cross join lateral (
    values
      ('execution:' || e.id),
      ('workflow:' || e.workflow_id),
      (case when w.is_restricted then 'restricted:' else 'workspace:' end || e.workspace_id)
  ) as t (topic)
  where private.is_watched(t.topic);
  return null;
end
$$;

-- What people may do with the drafts of workflows: an answer for each pair, in order; nulls where it's nothing. Asked by
-- the co-editing server when somebody comes, and again and again while they stay.
create function private.access_to_workflows(p_people uuid[], p_workflows uuid[])
returns table (workspace uuid, role public.member_role)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return query
  select w.workspace_id, m.role
  from unnest(p_people, p_workflows) with ordinality as question (person, workflow, number)
  left join public.workflows w
    on w.id = question.workflow
    and w.deleted_at is null
    and exists (select from public.workspaces s where s.id = w.workspace_id and s.deleted_at is null)
    and not (w.is_restricted and w.id = any (private.workflows_hidden_from(question.person)))
  left join public.members m on m.workspace_id = w.workspace_id and m.user_id = question.person
  order by question.number;
end
$$;
grant execute on function private.access_to_workflows(uuid[], uuid[]) to weft_app;

-- Tells processes that listen that somebody's access to a workspace has changed, so that they look at once instead of
-- within seconds. Only a hint: whoever can't listen (behind a transaction pooler) looks every few seconds anyway.
create function private.tell_access_changed() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform pg_notify('weft_access', '');
  return null;
end
$$;
create trigger members_tell_access after update or delete on public.members
  for each statement execute function private.tell_access_changed();
create trigger workflow_people_tell_access after insert or delete on public.workflow_people
  for each statement execute function private.tell_access_changed();
create trigger workflows_tell_access after update of is_restricted, deleted_at on public.workflows
  for each statement execute function private.tell_access_changed();
create trigger workspaces_tell_access after update of deleted_at on public.workspaces
  for each statement execute function private.tell_access_changed();
