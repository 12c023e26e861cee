-- Who belongs to a workspace, and as what: roles change, people go, ownership is handed over. And workspaces that are
-- deleted: they're nobody's until they are restored.

alter table public.workspaces
  -- Deleted since then: nobody sees it and nothing of it runs. Its owners can restore it for a while.
  add column deleted_at timestamptz;
-- The few there are: what every question below leaves out, and what there's to clean up.
create index workspaces_deleted on public.workspaces (id) where deleted_at is not null;

-- As before, without workspaces that are deleted: whatever asks "is it mine" learns that they aren't any more. Looked up
-- as the few that are deleted, along their index: where the planner has no figures yet, it reads all workspaces instead,
-- and takes more than twice as long (35 µs instead of 15; 11 without the question).
create or replace function private.my_workspaces(p_least public.member_role default 'viewer') returns setof uuid
language plpgsql stable security definer
set search_path = ''
set enable_seqscan = off
as $$
begin
  return query
  select m.workspace_id
  from public.members m
  where m.user_id = (select auth.uid())
    and m.role >= p_least
    and m.workspace_id <> all (array(select w.id from public.workspaces w where w.deleted_at is not null));
end
$$;

create or replace function private.my_workspace_ids(p_least public.member_role default 'viewer') returns uuid[]
language plpgsql stable security definer
set search_path = ''
set enable_seqscan = off
as $$
begin
  return array(
    select m.workspace_id
    from public.members m
    where m.user_id = (select auth.uid())
      and m.role >= p_least
      and m.workspace_id <> all (array(select w.id from public.workspaces w where w.deleted_at is not null))
  );
end
$$;

-- Changes of membership happen one after the other in each workspace: two owners who demote each other at the same
-- moment leave one. Takes the workspace's turn and answers with the caller's role, as it is then; an error in plain
-- words when it's less than this. ("no key update": other tables' rows may go on naming the workspace meanwhile.)
create function private.lock_workspace(p_workspace uuid, p_least public.member_role) returns public.member_role
language plpgsql security definer
set search_path = ''
as $$
declare
  v_role public.member_role;
begin
  perform from public.workspaces w where w.id = p_workspace and w.deleted_at is null for no key update;
  if found then
    select m.role into v_role
    from public.members m
    where m.workspace_id = p_workspace and m.user_id = auth.uid();
  end if;
  if v_role is null then
    raise exception 'There is no such workspace, or you do not belong to it.' using errcode = '42501';
  elsif v_role < p_least then
    raise exception 'Your role in the workspace does not allow this. It takes: %.', p_least using errcode = '42501';
  end if;
  return v_role;
end
$$;

-- What a member is now. Under the workspace's lock.
create function private.role_of_member(p_workspace uuid, p_person uuid) returns public.member_role
language plpgsql security definer
set search_path = ''
as $$
declare
  v_role public.member_role;
begin
  select m.role into v_role
  from public.members m
  where m.workspace_id = p_workspace and m.user_id = p_person;
  if v_role is null then
    raise exception 'This person is not a member of the workspace.' using errcode = '22023';
  end if;
  return v_role;
end
$$;

-- Whoever changes members, however: a workspace keeps an owner for as long as it is there.
create function private.keep_an_owner() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if (tg_op = 'DELETE' or new.role <> 'owner')
    and not exists (
      select from public.members m
      where m.workspace_id = old.workspace_id and m.role = 'owner' and m.user_id <> old.user_id
    )
    and exists (select from public.workspaces w where w.id = old.workspace_id)
  then
    raise exception 'A workspace needs an owner. Make somebody else an owner first, or delete the workspace.'
      using errcode = '22023';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$$;
create trigger members_keep_an_owner before delete on public.members
  for each row when (old.role = 'owner') execute function private.keep_an_owner();
create trigger members_keep_an_owner_role before update of role on public.members
  for each row when (old.role = 'owner') execute function private.keep_an_owner();

-- Gives a member another role. Admins do, up to admin; only owners make owners, and unmake them.
create function public.change_role(p_workspace uuid, p_person uuid, p_role public.member_role) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_mine public.member_role := private.lock_workspace(p_workspace, 'admin');
  v_theirs public.member_role := private.role_of_member(p_workspace, p_person);
begin
  if p_role is null then
    raise exception 'Choose a role.' using errcode = '22023';
  end if;
  if v_mine <> 'owner' and 'owner' in (p_role, v_theirs) then
    raise exception 'Only owners decide who is an owner.' using errcode = '42501';
  end if;
  if p_person = auth.uid() and p_role > v_mine then
    raise exception 'You cannot give yourself a higher role.' using errcode = '42501';
  end if;
  update public.members m
  set role = p_role
  where m.workspace_id = p_workspace and m.user_id = p_person and m.role <> p_role;
end
$$;
grant execute on function public.change_role(uuid, uuid, public.member_role) to authenticated;

-- Takes a member out. They're out at once: see private.close_doors below.
create function public.remove_member(p_workspace uuid, p_person uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_mine public.member_role := private.lock_workspace(p_workspace, 'admin');
  v_theirs public.member_role := private.role_of_member(p_workspace, p_person);
begin
  if v_theirs = 'owner' and v_mine <> 'owner' then
    raise exception 'Only owners remove an owner.' using errcode = '42501';
  end if;
  delete from public.members m where m.workspace_id = p_workspace and m.user_id = p_person;
end
$$;
grant execute on function public.remove_member(uuid, uuid) to authenticated;

-- Leaves a workspace; its last owner can't.
create function public.leave_workspace(p_workspace uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.lock_workspace(p_workspace, 'viewer');
  delete from public.members m where m.workspace_id = p_workspace and m.user_id = auth.uid();
end
$$;
grant execute on function public.leave_workspace(uuid) to authenticated;

-- Hands the workspace over: the other becomes an owner, the caller an admin.
create function public.transfer_ownership(p_workspace uuid, p_person uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.lock_workspace(p_workspace, 'owner');
  perform private.role_of_member(p_workspace, p_person);
  if p_person = auth.uid() then
    raise exception 'You are the owner already. Choose somebody else.' using errcode = '22023';
  end if;
  update public.members m
  set role = 'owner'
  where m.workspace_id = p_workspace and m.user_id = p_person;
  update public.members m
  set role = 'admin'
  where m.workspace_id = p_workspace and m.user_id = auth.uid();
  perform private.record_audit(
    p_workspace, 'workspace.transferred', 'member', p_person::text,
    (select jsonb_build_object('name', p.display_name, 'email', p.email) from public.profiles p where p.user_id = p_person)
  );
end
$$;
grant execute on function public.transfer_ownership(uuid, uuid) to authenticated;

-- What a member had opened closes with their membership: keys stop (and stay stopped, should the person come back),
-- nobody comes back from a service that they went to sign in at, and nothing is sent live any more. What they see and do
-- as themselves is asked of the table of members each time, and ends by itself.
create function private.close_doors() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update public.api_keys k
  set revoked_at = now()
  where k.workspace_id = old.workspace_id and k.created_by = old.user_id and k.revoked_at is null;
  delete from private.api_key_hashes h
  using public.api_keys k
  where k.id = h.key_id and k.workspace_id = old.workspace_id and k.created_by = old.user_id;
  delete from private.connection_sign_ins s where s.workspace_id = old.workspace_id and s.user_id = old.user_id;
  delete from public.watches w where w.workspace_id = old.workspace_id and w.user_id = old.user_id;
  delete from private.session_entries e
  using private.session_places p
  where p.session_id = e.session_id and p.user_id = old.user_id and e.workspace_id = old.workspace_id;
  return null;
end
$$;
create trigger members_close_doors after delete on public.members
  for each row execute function private.close_doors();
