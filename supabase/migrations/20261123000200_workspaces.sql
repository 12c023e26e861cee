-- Who there is: people's profiles, workspaces and their members.

create type public.member_role as enum ('viewer', 'operator', 'editor', 'admin', 'owner');

create table public.profiles (
  user_id uuid primary key references auth.users (id) on delete cascade,
  display_name text not null check (length(display_name) between 1 and 80),
  email text not null,
  created_at timestamptz not null default now()
);

create table public.workspaces (
  id uuid primary key default gen_random_uuid(),
  name text not null check (length(btrim(name)) between 1 and 80),
  time_zone text not null default 'UTC' check (length(time_zone) between 1 and 64),
  created_by uuid not null references auth.users (id),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table public.members (
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  user_id uuid not null references public.profiles (user_id) on delete cascade,
  role public.member_role not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, user_id)
);
-- "my workspaces" starts from the person, and every policy asks it.
create index members_by_user on public.members (user_id, workspace_id, role);

create trigger workspaces_touch before update on public.workspaces
  for each row execute function private.touch_updated_at();

-- The workspaces in which the signed-in person has at least this role. Security definer, so that the policy on
-- members may use it without asking itself; wrapped in a sub-select by policies, it runs once per statement.
create function private.my_workspaces(p_least public.member_role default 'viewer') returns setof uuid
language sql stable security definer
set search_path = ''
as $$
  select m.workspace_id
  from public.members m
  where m.user_id = (select auth.uid())
    and m.role >= p_least
$$;
grant execute on function private.my_workspaces(public.member_role) to authenticated;

alter table public.profiles enable row level security;
alter table public.profiles force row level security;
alter table public.workspaces enable row level security;
alter table public.workspaces force row level security;
alter table public.members enable row level security;
alter table public.members force row level security;

grant select, update (display_name) on public.profiles to authenticated;
grant select, update (name, time_zone) on public.workspaces to authenticated;
grant select on public.members to authenticated;
grant select on public.workspaces to weft_engine;
grant select on public.members, public.profiles to weft_app;

-- People see their own profile and those of the people they share a workspace with: names beside changes and owners.
create policy profiles_select on public.profiles for select to authenticated
  using (
    user_id = (select auth.uid())
    or user_id in (
      select m.user_id from public.members m where m.workspace_id in (select private.my_workspaces('viewer'))
    )
  );

-- A profile belongs to its person alone.
create policy profiles_update on public.profiles for update to authenticated
  using (user_id = (select auth.uid()))
  with check (user_id = (select auth.uid()));

-- The co-editing server shows names beside cursors.
create policy profiles_select_app on public.profiles for select to weft_app using (true);

-- Members see the workspaces they belong to.
create policy workspaces_select on public.workspaces for select to authenticated
  using (id in (select private.my_workspaces('viewer')));

-- Admins and owners change a workspace's name and time zone.
create policy workspaces_update on public.workspaces for update to authenticated
  using (id in (select private.my_workspaces('admin')))
  with check (id in (select private.my_workspaces('admin')));

-- The engine reads names and time zones for templates.
create policy workspaces_select_engine on public.workspaces for select to weft_engine using (true);

-- Members see who else is in their workspaces.
create policy members_select on public.members for select to authenticated
  using (workspace_id in (select private.my_workspaces('viewer')));

-- The co-editing server looks up a person's role when a socket connects.
create policy members_select_app on public.members for select to weft_app using (true);

-- A profile for every account, so that rows can name people without reading auth.users.
create function private.create_profile() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into public.profiles (user_id, display_name, email)
  values (
    new.id,
    left(
      coalesce(
        nullif(btrim(new.raw_user_meta_data::jsonb ->> 'display_name'), ''),
        nullif(split_part(coalesce(new.email, ''), '@', 1), ''),
        'Someone'
      ),
      80
    ),
    coalesce(new.email, '')
  )
  on conflict (user_id) do nothing;
  return new;
end
$$;

create trigger create_profile after insert on auth.users
  for each row execute function private.create_profile();

-- Creates a workspace and makes the caller its owner, in one step: there's never a workspace without one.
create function public.create_workspace(p_name text, p_time_zone text default 'UTC') returns public.workspaces
language plpgsql security definer
set search_path = ''
as $$
declare
  v_user uuid := auth.uid();
  v_workspace public.workspaces;
begin
  if v_user is null then
    raise exception 'Sign in to create a workspace.' using errcode = '42501';
  end if;
  if not exists (select from pg_catalog.pg_timezone_names where name = p_time_zone) then
    raise exception 'There is no time zone called "%".', p_time_zone using errcode = '22023';
  end if;
  insert into public.workspaces (name, time_zone, created_by)
  values (btrim(p_name), p_time_zone, v_user)
  returning * into v_workspace;
  insert into public.members (workspace_id, user_id, role)
  values (v_workspace.id, v_user, 'owner');
  return v_workspace;
end
$$;
grant execute on function public.create_workspace(text, text) to authenticated;
