-- Keys for programs. A key acts for the person who made it: never in another workspace, never beyond its scopes, and no
-- longer than that person may. Somebody who is removed takes their keys along.

create table public.api_keys (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  name text not null check (length(btrim(name)) between 1 and 80),
  -- How the key begins: enough to tell which one a program has, too little to use it.
  prefix text not null,
  scopes text[] not null check (
    cardinality(scopes) > 0
    and scopes <@ array['workflows:read', 'executions:read', 'executions:run', 'executions:control', 'webhooks:write']
  ),
  created_by uuid not null references public.profiles (user_id) on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index api_keys_by_workspace on public.api_keys (workspace_id, created_at desc);
create index api_keys_by_person on public.api_keys (created_by);

-- Apart from the keys, so that no column that a browser can ask for leads to one. 256 random bits need no salt.
create table private.api_key_hashes (
  hash bytea primary key check (length(hash) = 32),
  key_id uuid not null unique references public.api_keys (id) on delete cascade,
  workspace_id uuid not null references public.workspaces (id) on delete cascade
);
create index api_key_hashes_by_workspace on private.api_key_hashes (workspace_id);

alter table public.api_keys enable row level security;
alter table public.api_keys force row level security;
alter table private.api_key_hashes enable row level security;
alter table private.api_key_hashes force row level security;

grant select on public.api_keys to authenticated;
-- Admins and owners see which keys there are, whose they are and when they were last used. The key itself is nowhere.
create policy api_keys_select on public.api_keys for select to authenticated
  using (workspace_id in (select private.my_workspaces('admin')));

-- Makes a key and answers with it: the only time that anybody sees it.
create function public.create_api_key(
  p_workspace uuid, p_name text, p_scopes text[], p_expires_at timestamptz default null
) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  -- Three uuids are 366 random bits; the hash makes 256 of them that look like one thing.
  v_secret text := 'weft_' || encode(
    sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')), 'hex'
  );
  v_key uuid;
begin
  if not exists (select from private.my_workspaces('admin') as mine (id) where mine.id = p_workspace) then
    raise exception 'Only admins and owners of the workspace make API keys.' using errcode = '42501';
  end if;
  if length(btrim(coalesce(p_name, ''))) not between 1 and 80 then
    raise exception 'Give the key a name of at most 80 characters.' using errcode = '22023';
  end if;
  if coalesce(cardinality(p_scopes), 0) = 0 then
    raise exception 'Choose at least one thing that the key may do.' using errcode = '22023';
  end if;
  if p_expires_at <= now() then
    raise exception 'Choose a day in the future.' using errcode = '22023';
  end if;
  insert into public.api_keys (workspace_id, name, prefix, scopes, created_by, expires_at)
  values (p_workspace, btrim(p_name), left(v_secret, 12), p_scopes, auth.uid(), p_expires_at)
  returning id into v_key;
  insert into private.api_key_hashes (hash, key_id, workspace_id)
  values (sha256(convert_to(v_secret, 'UTF8')), v_key, p_workspace);
  return v_secret;
end
$$;
grant execute on function public.create_api_key(uuid, text, text[], timestamptz) to authenticated;

-- From the next request on, the key is refused. Its row stays, so that one can see that it was there.
create function public.revoke_api_key(p_key uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  update public.api_keys k
  set revoked_at = coalesce(k.revoked_at, now())
  where k.id = p_key and k.workspace_id in (select private.my_workspaces('admin'));
  if not found then
    raise exception 'There is no such key, or only an admin may revoke it.' using errcode = '42501';
  end if;
  delete from private.api_key_hashes h where h.key_id = p_key;
end
$$;
grant execute on function public.revoke_api_key(uuid) to authenticated;

-- Whom a key stands for right now: no row for a key that is unknown, revoked or expired, or whose person has left.
-- Remembers the use, at most once a minute.
create function private.use_api_key(p_hash bytea)
returns table (id uuid, workspace_id uuid, user_id uuid, role public.member_role, scopes text[])
language plpgsql security definer
set search_path = ''
as $$
declare
  v_key uuid;
begin
  select h.key_id into v_key from private.api_key_hashes h where h.hash = p_hash;
  if v_key is null then
    return;
  end if;
  update public.api_keys k
  set last_used_at = now()
  where k.id = v_key and k.revoked_at is null
    and (k.last_used_at is null or k.last_used_at < now() - interval '1 minute');
  return query
  select k.id, k.workspace_id, k.created_by, m.role, k.scopes
  from public.api_keys k
  join public.members m on m.workspace_id = k.workspace_id and m.user_id = k.created_by
  where k.id = v_key and k.revoked_at is null and (k.expires_at is null or k.expires_at > now());
end
$$;
grant execute on function private.use_api_key(bytea) to weft_engine;

-- Does for a key what its person could do through the API, by the same functions and their checks; only in the key's own
-- workspace, whatever other ones its person belongs to.
create function private.call_as_api_key(p_key uuid, p_function text, p_subject uuid, p_node text default null) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_key public.api_keys;
begin
  select k.* into v_key
  from public.api_keys k
  where k.id = p_key and k.revoked_at is null and (k.expires_at is null or k.expires_at > now());
  if v_key.id is null or not (
    exists (select from public.executions e where e.id = p_subject and e.workspace_id = v_key.workspace_id)
    or exists (select from public.workflows w where w.id = p_subject and w.workspace_id = v_key.workspace_id)
  ) then
    raise exception 'There is no such thing in the workspace of this key.' using errcode = '42501';
  end if;
  perform set_config('request.jwt.claims', jsonb_build_object('sub', v_key.created_by, 'role', 'authenticated')::text, true);
  perform set_config('weft.actor', 'api_key:' || v_key.id, true);
  case p_function
    when 'cancel_execution' then return public.cancel_execution(p_subject);
    when 'pause_execution' then return public.pause_execution(p_subject);
    when 'resume_execution' then return public.resume_execution(p_subject);
    when 'retry_execution' then
      perform public.retry_execution(p_subject);
      return null;
    when 'ensure_webhook_endpoint' then return public.ensure_webhook_endpoint(p_subject, p_node);
  end case;
end
$$;
grant execute on function private.call_as_api_key(uuid, text, uuid, text) to weft_engine;
