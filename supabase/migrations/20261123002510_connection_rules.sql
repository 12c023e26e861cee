-- What holds for connections, whoever asks: who may put one into a workflow, and what the audit log learns.

-- Secrets that were encrypted with an older key that is still at hand, of all workspaces: where they are, not what.
create function private.secrets_of_other_keys(p_current text, p_known text[], p_limit integer)
returns table (workspace_id uuid, connection_id uuid, field text)
language sql stable security definer
set search_path = ''
as $$
  select s.workspace_id, s.connection_id, s.field
  from private.connection_secrets s
  where s.key_id = any (p_known)
    and s.key_id <> p_current
  order by s.connection_id, s.field
  limit p_limit
$$;
grant execute on function private.secrets_of_other_keys(text, text[], integer) to weft_engine;

-- A version may only name connections of its own workspace, and whoever makes it has to be allowed to use each.
create function private.check_connections() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_name text;
begin
  if auth.uid() is null or strpos(new.definition::text, '"connection"') = 0 then
    return new;
  end if;
  select coalesce(c.name, n.node ->> 'title', '') into v_name
  from jsonb_array_elements(new.definition -> 'nodes') as n (node)
  left join public.connections c
    on c.workspace_id = new.workspace_id and c.id::text = n.node -> 'config' ->> 'connection'
  where coalesce(n.node -> 'config' ->> 'connection', '') <> ''
    -- A request that signs in another way has forgotten the connection that it once had.
    and coalesce(n.node -> 'config' ->> 'auth', 'connection') = 'connection'
    and (
      c.id is null
      or c.status = 'revoked'
      or new.workspace_id not in (select private.my_workspaces(c.used_by))
    )
  limit 1;
  if found then
    raise exception 'You may not use the connection "%", or it is not there any more. Choose another one.', v_name
      using errcode = '42501';
  end if;
  return new;
end
$$;
create trigger workflow_versions_check_connections before insert on public.workflow_versions
  for each row execute function private.check_connections();

create function private.audit_connection() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_action text;
begin
  v_action := case
    when tg_op = 'INSERT' then 'connection.created'
    when new.status = 'revoked' and old.status <> 'revoked' then 'connection.revoked'
    when new.rotated_at <> old.rotated_at then 'connection.rotated'
    when new.name <> old.name or new.used_by <> old.used_by or new.allowed_hosts <> old.allowed_hosts
      then 'connection.changed'
  end;
  if v_action is not null then
    perform private.record_audit(
      new.workspace_id, v_action, 'connection', new.id::text,
      jsonb_build_object(
        'name', new.name, 'kind', new.kind, 'used_by', new.used_by, 'allowed_hosts', to_jsonb(new.allowed_hosts)
      )
    );
  end if;
  return null;
end
$$;
create trigger connections_audit after insert or update on public.connections
  for each row execute function private.audit_connection();
