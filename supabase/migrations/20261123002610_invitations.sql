-- Invitations by e-mail: a link that works once, for seven days, for the person with that address.

create table public.invitations (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  email text not null check (length(email) <= 254 and email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'),
  -- Owners are made by owners, of people who are there already.
  role public.member_role not null check (role < 'owner'),
  invited_by uuid references public.profiles (user_id) on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '7 days',
  accepted_at timestamptz,
  accepted_by uuid references public.profiles (user_id) on delete set null,
  -- Taken back by somebody, or replaced by a newer one.
  revoked_at timestamptz
);
-- A person has one open invitation to a workspace.
create unique index invitations_open on public.invitations (workspace_id, lower(email))
  where accepted_at is null and revoked_at is null;
create index invitations_by_workspace on public.invitations (workspace_id, created_at desc);
create index invitations_by_inviter on public.invitations (invited_by);
create index invitations_by_accepter on public.invitations (accepted_by);

-- Apart from the invitations, so that no column that a browser can ask for leads to a link. 256 random bits need no salt.
create table private.invitation_hashes (
  hash bytea primary key check (length(hash) = 32),
  invitation_id uuid not null unique references public.invitations (id) on delete cascade,
  workspace_id uuid not null references public.workspaces (id) on delete cascade
);
create index invitation_hashes_by_workspace on private.invitation_hashes (workspace_id);

alter table public.invitations enable row level security;
alter table public.invitations force row level security;
alter table private.invitation_hashes enable row level security;
alter table private.invitation_hashes force row level security;

grant select on public.invitations to authenticated;
-- Admins and owners see who was invited to their workspaces, by whom, and what came of it. The link itself is nowhere.
create policy invitations_select on public.invitations for select to authenticated
  using (workspace_id in (select private.my_workspaces('admin')));

-- Invites somebody and answers with the link's token: the only time that anybody sees it. An earlier open invitation of
-- the same address is replaced by this one; its link doesn't work any more.
create function public.invite_member(p_workspace uuid, p_email text, p_role public.member_role)
returns table (invitation_id uuid, token text)
language plpgsql security definer
set search_path = ''
as $$
declare
  v_email text := btrim(coalesce(p_email, ''));
begin
  perform private.lock_workspace(p_workspace, 'admin');
  if length(v_email) > 254 or v_email !~ '^[^@\s]+@[^@\s]+\.[^@\s]+$' then
    raise exception '"%" is not an e-mail address.', left(v_email, 100) using errcode = '22023';
  end if;
  if p_role is null or p_role = 'owner' then
    raise exception 'Nobody is invited as an owner. Invite them as an admin; an owner can make them one later.'
      using errcode = '22023';
  end if;
  if exists (
    select from public.members m
    join auth.users u on u.id = m.user_id
    where m.workspace_id = p_workspace and lower(u.email) = lower(v_email)
  ) then
    raise exception '% is a member already.', v_email using errcode = '22023';
  end if;
  -- Each sends an e-mail to anybody at all. Workspaces cost nothing, so their people are counted, too.
  if greatest(
    (
      select count(*) from public.invitations i
      where i.workspace_id = p_workspace and i.created_at > now() - interval '1 day'
    ),
    (
      select count(*) from public.invitations i
      where i.invited_by = auth.uid() and i.created_at > now() - interval '1 day'
    )
  ) >= 200 then
    raise exception '200 invitations were sent within a day, and that is the most. Wait until tomorrow.'
      using errcode = '22023';
  end if;
  update public.invitations i
  set revoked_at = now()
  where i.workspace_id = p_workspace
    and lower(i.email) = lower(v_email)
    and i.accepted_at is null
    and i.revoked_at is null;
  insert into public.invitations (workspace_id, email, role, invited_by)
  values (p_workspace, v_email, p_role, auth.uid())
  returning id into invitation_id;
  -- Three uuids are 366 random bits; the hash makes 256 of them that look like one thing.
  token := encode(
    sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')), 'hex'
  );
  insert into private.invitation_hashes (hash, invitation_id, workspace_id)
  values (sha256(convert_to(token, 'UTF8')), invitation_id, p_workspace);
  perform private.record_audit(
    p_workspace, 'member.invited', 'invitation', invitation_id::text, jsonb_build_object('email', v_email, 'role', p_role)
  );
  return next;
end
$$;
grant execute on function public.invite_member(uuid, text, public.member_role) to authenticated;

-- Takes an invitation back: its link doesn't work any more.
create function public.revoke_invitation(p_invitation uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_invitation public.invitations;
begin
  update public.invitations i
  set revoked_at = now()
  where i.id = p_invitation
    and i.workspace_id in (select private.my_workspaces('admin'))
    and i.accepted_at is null
    and i.revoked_at is null
  returning * into v_invitation;
  if v_invitation.id is not null then
    perform private.record_audit(
      v_invitation.workspace_id, 'member.invitation_revoked', 'invitation', p_invitation::text,
      jsonb_build_object('email', v_invitation.email, 'role', v_invitation.role)
    );
  elsif not exists (
    select from public.invitations i
    where i.id = p_invitation and i.workspace_id in (select private.my_workspaces('admin'))
  ) then
    raise exception 'There is no such invitation, or only an admin may take it back.' using errcode = '42501';
  elsif exists (select from public.invitations i where i.id = p_invitation and i.accepted_at is not null) then
    raise exception 'This invitation was accepted already. Remove the member instead.' using errcode = '22023';
  end if;
end
$$;
grant execute on function public.revoke_invitation(uuid) to authenticated;

-- What has become of an invitation. To a workspace that is deleted, nobody is invited any more.
create function private.state_of_invitation(p_invitation public.invitations) returns text
language sql stable
set search_path = ''
as $$
  select case
    when p_invitation.accepted_at is not null then 'used'
    when p_invitation.revoked_at is not null then 'revoked'
    when exists (
      select from public.workspaces w where w.id = p_invitation.workspace_id and w.deleted_at is not null
    ) then 'revoked'
    when p_invitation.expires_at <= now() then 'expired'
    else 'open'
  end
$$;

-- What a link invites to. Whoever has the link may ask: it was sent to them. No row for one that was never made.
create function public.invitation_by_token(p_token text)
returns table (workspace_name text, invited_by_name text, email text, role public.member_role, state text)
language sql stable security definer
set search_path = ''
as $$
  select w.name, coalesce(p.display_name, ''), i.email, i.role, private.state_of_invitation(i)
  from private.invitation_hashes h
  join public.invitations i on i.id = h.invitation_id
  join public.workspaces w on w.id = i.workspace_id
  left join public.profiles p on p.user_id = i.invited_by
  where h.hash = sha256(convert_to(p_token, 'UTF8'))
$$;
grant execute on function public.invitation_by_token(text) to anon, authenticated;

-- Makes the signed-in person a member of the workspace that the link invites to, once, if it's them who was invited.
-- Answers with the workspace. Whoever follows their own link again is simply there.
create function public.accept_invitation(p_token text) returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  v_person uuid := auth.uid();
  v_invitation public.invitations;
begin
  -- First the workspace, then what belongs to it, as all changes of membership do.
  select i.* into v_invitation
  from private.invitation_hashes h
  join public.invitations i on i.id = h.invitation_id
  where h.hash = sha256(convert_to(p_token, 'UTF8'));
  perform from public.workspaces w where w.id = v_invitation.workspace_id for no key update;
  select i.* into v_invitation from public.invitations i where i.id = v_invitation.id for update;
  if v_invitation.id is null then
    raise exception 'This invitation is not known. Look at the link again, or ask for a new one.' using errcode = '22023';
  end if;
  if not exists (
    select from auth.users u where u.id = v_person and lower(u.email) = lower(v_invitation.email)
  ) then
    raise exception 'This invitation is for %. Sign in with that e-mail address.', v_invitation.email
      using errcode = '42501';
  end if;
  if v_invitation.accepted_by = v_person and exists (
    select from public.members m where m.workspace_id = v_invitation.workspace_id and m.user_id = v_person
  ) then
    return v_invitation.workspace_id;
  end if;
  case private.state_of_invitation(v_invitation)
    when 'used' then
      raise exception 'This invitation was used already. Ask for a new one.' using errcode = '22023';
    when 'revoked' then
      raise exception 'This invitation was taken back. Ask for a new one.' using errcode = '22023';
    when 'expired' then
      raise exception 'This invitation is older than seven days. Ask for a new one.' using errcode = '22023';
    else null;
  end case;
  update public.invitations i
  set accepted_at = now(), accepted_by = v_person
  where i.id = v_invitation.id;
  -- Somebody who has become a member in another way keeps the role that they have.
  insert into public.members (workspace_id, user_id, role)
  values (v_invitation.workspace_id, v_person, v_invitation.role)
  on conflict do nothing;
  return v_invitation.workspace_id;
end
$$;
grant execute on function public.accept_invitation(text) to authenticated;

-- The invitations of somebody who may not invite any more are taken back with that right: nobody stays, or comes back,
-- by a link that they sent themselves before they had to go.
create function private.revoke_invitations_of() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update public.invitations i
  set revoked_at = now()
  where i.workspace_id = old.workspace_id
    and i.invited_by = old.user_id
    and i.accepted_at is null
    and i.revoked_at is null;
  return null;
end
$$;
create trigger members_revoke_invitations after delete on public.members
  for each row execute function private.revoke_invitations_of();
create trigger members_revoke_invitations_role after update of role on public.members
  for each row when (old.role >= 'admin' and new.role < 'admin')
  execute function private.revoke_invitations_of();
