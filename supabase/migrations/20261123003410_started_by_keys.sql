-- What a program does with an API key is the key's doing, and its person's only in so far as they made it.

comment on column public.executions.started_by is
  'The person who started it by hand, or the API key that a program started it with; empty for triggers.';

-- Who started an execution, for whoever may see it: a person's name ('' for somebody who is gone), or a key's with the name
-- of who made it; both empty where a trigger did. Members that aren't admins don't see keys; of this one they learn its name.
create function public.execution_starter(p_execution uuid)
returns table (name text, key_name text)
language sql stable security definer
set search_path = ''
as $$
  select case when e.started_by is not null then coalesce(p.display_name, '') end, k.name
  from public.executions e
  left join public.api_keys k on k.id = e.started_by and k.workspace_id = e.workspace_id
  left join public.profiles p on p.user_id = coalesce(k.created_by, e.started_by)
  where e.id = p_execution
    and e.workspace_id in (select private.my_workspaces('viewer'))
    and e.workflow_id <> all ((select private.hidden_workflow_ids())::uuid[])
$$;
grant execute on function public.execution_starter(uuid) to authenticated;

-- As before; and a replay that a key asked for is recorded as the key's.
create or replace function private.audit_execution() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_action text;
  v_named text := coalesce(current_setting('weft.actor', true), '');
begin
  v_action := case
    when tg_op = 'INSERT' then 'execution.replayed'
    when old.status in ('failed', 'cancelled', 'timed_out') and new.status = 'queued' then 'execution.retried'
    when old.cancel_requested_at is null and new.cancel_requested_at is not null then 'execution.cancelled'
    when old.paused_at is null and new.paused_at is not null then 'execution.paused'
    when old.paused_at is not null and new.paused_at is null and new.status in ('queued', 'running', 'waiting')
      then 'execution.resumed'
  end;
  if tg_op = 'INSERT' and v_named = '' then
    perform set_config(
      'weft.actor',
      case
        when exists (select from public.api_keys k where k.id = new.started_by) then 'api_key:' || new.started_by
        else new.started_by::text
      end,
      true
    );
  end if;
  if v_action is null or (select a.actor_id from private.current_actor() as a) is null then
    return null;
  end if;
  perform private.record_audit(
    new.workspace_id, v_action, 'execution', new.id::text,
    jsonb_build_object('name', w.name, 'workflow', w.id)
  )
  from public.workflows w
  where w.id = new.workflow_id;
  perform set_config('weft.actor', v_named, true);
  return null;
end
$$;
