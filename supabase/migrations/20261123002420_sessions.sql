-- Where people are signed in, so that they can see it and end it; and how often somebody may try a password.

-- What the app saw of a session when it first met it: the auth server itself only ever sees the app's server.
create table private.session_places (
  session_id uuid primary key,
  user_id uuid not null references public.profiles (user_id) on delete cascade,
  agent text not null check (length(agent) <= 400),
  address text not null check (length(address) <= 100),
  seen_at timestamptz not null default now()
);
create index session_places_by_person on private.session_places (user_id);

-- Which workspaces a session has entered: the first time counts as signing in there.
create table private.session_entries (
  session_id uuid not null references private.session_places (session_id) on delete cascade,
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  entered_at timestamptz not null default now(),
  primary key (session_id, workspace_id)
);
create index session_entries_by_workspace on private.session_entries (workspace_id);

-- Attempts to sign in that may still fail, by a hash of the account's address or of where they come from.
create table private.sign_in_attempts (
  key bytea primary key check (length(key) = 32),
  attempts integer not null,
  last_at timestamptz not null,
  locked_until timestamptz
);
create index sign_in_attempts_by_time on private.sign_in_attempts (last_at);

-- No policy and no grant: only the functions below reach these three.
alter table private.session_places enable row level security;
alter table private.session_places force row level security;
alter table private.session_entries enable row level security;
alter table private.session_entries force row level security;
alter table private.sign_in_attempts enable row level security;
alter table private.sign_in_attempts force row level security;

-- Called by the app's server when a page is asked for: whether the session is still open. Remembers where it was first
-- seen, and records in the workspace's log that its person has signed in there.
create function private.see_session(
  p_user uuid, p_session uuid, p_workspace uuid, p_agent text, p_address text
) returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  if not exists (select from auth.sessions s where s.id = p_session and s.user_id = p_user) then
    return false;
  end if;
  insert into private.session_places (session_id, user_id, agent, address)
  select p_session, p.user_id, left(coalesce(p_agent, ''), 400), left(coalesce(p_address, ''), 100)
  from public.profiles p
  where p.user_id = p_user
  on conflict do nothing;
  if exists (select from public.members m where m.workspace_id = p_workspace and m.user_id = p_user) then
    insert into private.session_entries (session_id, workspace_id)
    select s.session_id, p_workspace
    from private.session_places s
    where s.session_id = p_session
    on conflict do nothing;
    if found then
      perform set_config('weft.actor', p_user::text, true);
      perform private.record_audit(
        p_workspace, 'session.started', 'session', p_session::text,
        jsonb_build_object('agent', left(coalesce(p_agent, ''), 400), 'address', left(coalesce(p_address, ''), 100))
      );
    end if;
  end if;
  return true;
end
$$;
grant execute on function private.see_session(uuid, uuid, uuid, text, text) to weft_app;

-- The signed-in person's open sessions, the present one first.
create function public.my_sessions()
returns table (id uuid, started_at timestamptz, used_at timestamptz, agent text, address text, is_this boolean)
language sql stable security definer
set search_path = ''
as $$
  select s.id, s.created_at, coalesce(s.refreshed_at at time zone 'UTC', s.updated_at, s.created_at),
         coalesce(p.agent, ''), coalesce(p.address, ''),
         s.id::text is not distinct from (auth.jwt() ->> 'session_id')
  from auth.sessions s
  left join private.session_places p on p.session_id = s.id
  where s.user_id = (select auth.uid())
  order by 6 desc, 3 desc
$$;
grant execute on function public.my_sessions() to authenticated;

-- Ends one of the signed-in person's sessions: it can't be renewed, and the app's pages close at once.
create function public.end_session(p_session uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  delete from auth.sessions s where s.id = p_session and s.user_id = auth.uid();
  if not found then
    raise exception 'You are not signed in there any more.' using errcode = '42501';
  end if;
  delete from private.session_places p where p.session_id = p_session;
end
$$;
grant execute on function public.end_session(uuid) to authenticated;

-- Before a password is tried: counts the attempt and answers 0, or with the seconds to wait. Ten for an account and
-- thirty from one place are free within a quarter of an hour; then each costs a longer wait, up to fifteen minutes.
-- Counted before, so that attempts made at the same moment count as well.
create function private.begin_sign_in(p_account text, p_address text) returns integer
language plpgsql security definer
set search_path = ''
as $$
declare
  v_keys bytea[] := array[
    sha256(convert_to('account:' || lower(p_account), 'UTF8')),
    sha256(convert_to('address:' || p_address, 'UTF8'))
  ];
  v_locked timestamptz;
begin
  delete from private.sign_in_attempts a where a.last_at < now() - interval '1 day';
  insert into private.sign_in_attempts (key, attempts, last_at)
  select k, 0, now()
  from unnest(v_keys) as k
  order by k
  on conflict do nothing;
  perform from private.sign_in_attempts a where a.key = any (v_keys) order by a.key for update;
  select max(a.locked_until) into v_locked
  from private.sign_in_attempts a
  where a.key = any (v_keys) and a.locked_until > clock_timestamp();
  if v_locked is not null then
    return greatest(1, ceil(extract(epoch from v_locked - clock_timestamp())))::integer;
  end if;
  with counted as (
    select k.key, case when k.n = 1 then 10 else 30 end as free,
           case when a.last_at < now() - interval '15 minutes' then 1 else a.attempts + 1 end as attempts
    from unnest(v_keys) with ordinality as k (key, n)
    join private.sign_in_attempts a on a.key = k.key
  )
  update private.sign_in_attempts a
  set attempts = c.attempts,
      last_at = clock_timestamp(),
      locked_until = case
        when c.attempts >= c.free
          then clock_timestamp() + least(900, 30 * 2.0 ^ least(c.attempts - c.free, 10)) * interval '1 second'
      end
  from counted c
  where a.key = c.key;
  return 0;
end
$$;
grant execute on function private.begin_sign_in(text, text) to weft_app;

-- After the password was right: the account starts afresh, and the place has one attempt less.
create function private.end_sign_in(p_account text, p_address text) returns void
language sql security definer
set search_path = ''
as $$
  delete from private.sign_in_attempts a where a.key = sha256(convert_to('account:' || lower(p_account), 'UTF8'));
  update private.sign_in_attempts a
  set attempts = greatest(a.attempts - 1, 0), locked_until = null
  where a.key = sha256(convert_to('address:' || p_address, 'UTF8'))
$$;
grant execute on function private.end_sign_in(text, text) to weft_app;

-- An export of the log is itself recorded: what was asked for, and how many entries left.
create function public.record_audit_export(p_workspace uuid, p_entries integer, p_filter jsonb default '{}') returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  if not exists (select from private.my_workspaces('admin') as mine (id) where mine.id = p_workspace) then
    raise exception 'Only admins and owners of the workspace export its audit log.' using errcode = '42501';
  end if;
  perform private.record_audit(
    p_workspace, 'audit.exported', 'workspace', p_workspace::text,
    jsonb_build_object('count', p_entries) || case when length(p_filter::text) < 1000 then p_filter else '{}' end
  );
end
$$;
grant execute on function public.record_audit_export(uuid, integer, jsonb) to authenticated;

-- Whom the log of a workspace names, for choosing one: by jumps through the index, however long the log is.
create function public.audit_people(p_workspace uuid) returns table (actor_id uuid, actor_name text)
language sql stable
set search_path = ''
as $$
  with recursive person as (
    (
      select e.actor_id
      from public.audit_entries e
      where e.workspace_id = p_workspace and e.actor_id is not null
      order by e.actor_id
      limit 1
    )
    union all
    select (
      select e.actor_id
      from public.audit_entries e
      where e.workspace_id = p_workspace and e.actor_id > p.actor_id
      order by e.actor_id
      limit 1
    )
    from person p
    where p.actor_id is not null
  )
  select p.actor_id, (
    select e.actor_name
    from public.audit_entries e
    where e.workspace_id = p_workspace and e.actor_id = p.actor_id
    order by e.id desc
    limit 1
  )
  from person p
  where p.actor_id is not null
$$;
grant execute on function public.audit_people(uuid) to authenticated;
