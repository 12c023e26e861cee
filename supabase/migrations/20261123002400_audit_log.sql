-- Who did what, when: an audit log that only grows. Its other half, what is recorded of the tables that are here
-- already, is in the next file.

-- Time-ordered ids for rows that the database itself makes; microseconds keep those of one millisecond in order.
create function private.uuid_v7(p_at timestamptz default clock_timestamp()) returns uuid
language sql volatile
set search_path = ''
as $$
  with moment as (
    select floor(extract(epoch from p_at) * 1000000)::bigint as micros
  )
  select (
    lpad(to_hex(micros / 1000), 12, '0')
    || '7' || lpad(to_hex(micros % 1000 * 4), 3, '0')
    || substr(replace(gen_random_uuid()::text, '-', ''), 17)
  )::uuid
  from moment
$$;

create table public.audit_entries (
  id uuid primary key,
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  at timestamptz not null,
  -- The person who did it, or whose key did. Kept without a reference: somebody who leaves stays in the log.
  actor_id uuid,
  -- As they were called then.
  actor_name text not null default '',
  actor_kind text not null check (actor_kind in ('person', 'api_key', 'engine', 'system')),
  -- What happened, for example 'member.invited'.
  action text not null check (action ~ '^[a-z_]+\.[a-z_]+$'),
  subject_kind text not null check (length(subject_kind) between 1 and 40),
  subject_id text not null,
  -- What the sentence needs: names as they were then, never a secret, never what a record holds.
  details jsonb not null default '{}' check (jsonb_typeof(details) = 'object')
);
-- The page reads newest first; with a person chosen, only theirs.
create index audit_entries_by_workspace on public.audit_entries (workspace_id, id desc);
create index audit_entries_by_actor on public.audit_entries (workspace_id, actor_id, id desc);

alter table public.audit_entries enable row level security;
alter table public.audit_entries force row level security;

-- Nobody is granted to write: entries come from private.record_audit alone.
grant select on public.audit_entries to authenticated;

-- Owners and admins read what happened in their workspaces; nobody writes, changes or deletes here.
create policy audit_entries_select on public.audit_entries for select to authenticated
  using (workspace_id in (select private.my_workspaces('admin')));

-- How long entries are kept at least: 400 days, so that a whole year can be looked back upon.
create function private.audit_kept_from() returns timestamptz
language sql stable
set search_path = ''
as $$
  select now() - interval '400 days'
$$;

-- Refuses changes whoever asks, the table's owner included. Entries go when they are too old, or with their workspace.
create function private.protect_audit() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if tg_op = 'DELETE' then
    if old.at < private.audit_kept_from()
      or not exists (select from public.workspaces w where w.id = old.workspace_id) then
      return old;
    end if;
  end if;
  raise exception 'The audit log can''t be changed.' using errcode = '42501';
end
$$;
create trigger audit_entries_protect before update or delete on public.audit_entries
  for each row execute function private.protect_audit();
create trigger audit_entries_protect_all before truncate on public.audit_entries
  for each statement execute function private.protect_audit();

-- Who acts in this transaction: the signed-in person; or whom the functions named in `weft.actor`, as a person's id or
-- as 'api_key:<id>', for what they do on somebody's behalf; or else the system itself.
create function private.current_actor(out actor_id uuid, out actor_kind text, out api_key text)
language plpgsql stable
set search_path = ''
as $$
declare
  v_named text := coalesce(current_setting('weft.actor', true), '');
begin
  actor_id := auth.uid();
  api_key := substring(v_named from '^api_key:(.+)$');
  if actor_id is null and api_key is not null then
    select k.created_by into actor_id from public.api_keys k where k.id::text = api_key;
  elsif actor_id is null and v_named ~ '^[0-9a-f-]{36}$' then
    actor_id := v_named::uuid;
  end if;
  actor_kind := case
    when api_key is not null then 'api_key'
    when actor_id is not null then 'person'
    when private.current_workspace() is not null then 'engine'
    else 'system'
  end;
end
$$;

-- Adds an entry. Called by functions and triggers that have checked what they do; of a workspace that is being deleted
-- nothing is recorded any more.
create function private.record_audit(
  p_workspace uuid, p_action text, p_subject_kind text, p_subject_id text, p_details jsonb default '{}'
) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_at timestamptz := clock_timestamp();
begin
  insert into public.audit_entries (
    id, workspace_id, at, actor_id, actor_name, actor_kind, action, subject_kind, subject_id, details
  )
  select private.uuid_v7(v_at), w.id, v_at, a.actor_id, coalesce(p.display_name, ''), a.actor_kind,
         p_action, p_subject_kind, p_subject_id,
         coalesce(p_details, '{}') || case
           when a.api_key is null then '{}'
           else jsonb_build_object('api_key', coalesce((select k.name from public.api_keys k where k.id::text = a.api_key), ''))
         end
  from public.workspaces w
  cross join private.current_actor() as a
  left join public.profiles p on p.user_id = a.actor_id
  where w.id = p_workspace;
end
$$;
grant execute on function private.record_audit(uuid, text, text, text, jsonb) to weft_engine;

-- Deletes what is older than has to be kept; a part at a time, so that it never holds anybody up.
create function private.clear_audit(p_limit integer default 10000) returns integer
language plpgsql security definer
set search_path = ''
as $$
declare
  v_cleared integer;
begin
  delete from public.audit_entries e
  where e.id in (
    select o.id
    from public.audit_entries o
    where o.id < private.uuid_v7_floor(private.audit_kept_from())
    order by o.id
    limit p_limit
  );
  get diagnostics v_cleared = row_count;
  return v_cleared;
end
$$;
grant execute on function private.clear_audit(integer) to weft_engine;
