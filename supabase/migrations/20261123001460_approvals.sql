-- Approvals: what members are asked to decide, and what they decided.
--
-- A step opens a wait of the kind `approval`; the approval is the wait's other face. Triggers on execution_waits write
-- it within the step's own checkpoint, and close it with the wait, so neither is ever there without the other.

create table public.approvals (
  -- The wait's.
  id uuid primary key,
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  execution_id uuid not null,
  node_id text not null,
  path text not null,
  title text not null,
  description text not null,
  -- any: the first decision counts; all: each has to approve; majority: more than half have to approve.
  policy text not null check (policy in ('any', 'all', 'majority')),
  -- Asked is who has at least this role, and who is named.
  asked_role public.member_role,
  asked_people uuid[] not null,
  -- closed: the step went on, or the execution ended, before it was decided.
  status text not null default 'pending' check (status in ('pending', 'approved', 'rejected', 'closed')),
  due_at timestamptz,
  opened_at timestamptz not null default now(),
  ended_at timestamptz
);
-- What a workspace has to decide, oldest first; its policy; removing a workspace.
create index approvals_by_workspace on public.approvals (workspace_id, status, opened_at);

-- Kept when the execution is dropped: who decided what is the workspace's own record.
create table public.approval_decisions (
  approval_id uuid not null references public.approvals (id) on delete cascade,
  workspace_id uuid not null,
  user_id uuid not null,
  -- As the person was called then.
  decided_by text not null,
  decision text not null check (decision in ('approved', 'rejected')),
  comment text not null default '' check (length(comment) <= 4000),
  decided_at timestamptz not null default clock_timestamp(),
  primary key (approval_id, user_id)
);

alter table public.approvals enable row level security;
alter table public.approvals force row level security;
alter table public.approval_decisions enable row level security;
alter table public.approval_decisions force row level security;
grant select on public.approvals, public.approval_decisions to authenticated;
-- Members see what is asked in their workspaces, also of others.
create policy approvals_select on public.approvals for select to authenticated
  using (workspace_id in (select private.my_workspaces('viewer')));
-- Members see who decided what in their workspaces.
create policy approval_decisions_select on public.approval_decisions for select to authenticated
  using (workspace_id in (select private.my_workspaces('viewer')));

-- The members of a workspace with these e-mail addresses.
create function private.people_of(p_workspace uuid, p_emails jsonb) returns uuid[]
language sql stable
set search_path = ''
as $$
  select coalesce(array_agg(m.user_id), '{}')
  from public.members m
  join public.profiles p on p.user_id = m.user_id
  where m.workspace_id = p_workspace
    and lower(p.email) in (select lower(e) from jsonb_array_elements_text(p_emails) as e)
$$;

-- A wait with the key `decision` is a new approval; one with the key `escalation` asks further people.
create function private.open_approval() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_people uuid[] := private.people_of(new.workspace_id, coalesce(new.data -> 'people', '[]'));
begin
  if new.key = 'decision' then
    insert into public.approvals (
      id, workspace_id, execution_id, node_id, path, title, description, policy, asked_role, asked_people, due_at
    )
    values (
      new.id, new.workspace_id, new.execution_id, new.node_id, new.path,
      new.data ->> 'title', new.data ->> 'description', new.data ->> 'policy',
      (new.data ->> 'role')::public.member_role, v_people, (new.data ->> 'due_at')::timestamptz
    );
  else
    update public.approvals a
    set asked_people = a.asked_people || v_people
    from public.execution_waits w
    where w.execution_id = new.execution_id
      and w.node_id = new.node_id
      and w.path = new.path
      and w.kind = 'approval'
      and w.key = 'decision'
      and a.id = w.id
      and a.status = 'pending';
  end if;
  return null;
end
$$;
create trigger execution_waits_open_approval after insert on public.execution_waits
  for each row when (new.kind = 'approval')
  execute function private.open_approval();

create function private.close_approval() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update public.approvals
  set status = 'closed', ended_at = now()
  where id = old.id and status = 'pending';
  return null;
end
$$;
create trigger execution_waits_close_approval after delete on public.execution_waits
  for each row when (old.kind = 'approval')
  execute function private.close_approval();

-- The members who are asked, as the workspace is now: who has left isn't.
create function private.asked_for_approval(p_approval public.approvals) returns setof uuid
language sql stable
set search_path = ''
as $$
  select m.user_id
  from public.members m
  where m.workspace_id = p_approval.workspace_id
    and (m.role >= p_approval.asked_role or m.user_id = any (p_approval.asked_people))
$$;

-- What the decisions so far come to; null: nothing yet. Only those who are asked count.
create function private.outcome_of_approval(p_approval public.approvals) returns text
language sql stable
set search_path = ''
as $$
  with counted as (
    select
      count(*) as asked,
      count(*) filter (where d.decision = 'approved') as approved,
      count(*) filter (where d.decision = 'rejected') as rejected
    from private.asked_for_approval(p_approval) as asked (user_id)
    left join public.approval_decisions d on d.approval_id = p_approval.id and d.user_id = asked.user_id
  )
  select case p_approval.policy
    when 'any' then case when approved > 0 then 'approved' when rejected > 0 then 'rejected' end
    when 'all' then case when rejected > 0 then 'rejected' when approved = asked then 'approved' end
    else case when approved * 2 > asked then 'approved' when rejected * 2 >= asked then 'rejected' end
  end
  from counted
$$;

-- All that was decided, as the step that waits gets it.
create function private.decisions_of_approval(p_approval uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(
    jsonb_agg(
      jsonb_build_object('by', d.decided_by, 'decision', d.decision, 'comment', d.comment, 'at', d.decided_at)
      order by d.decided_at
    ),
    '[]'
  )
  from public.approval_decisions d
  where d.approval_id = p_approval
$$;

-- Decides, or adds one voice to, an approval. Answers with its status then: pending, approved or rejected.
-- Who is asked decides, each once. An owner who isn't asked decides for all: those who are asked may have left.
create function public.decide_approval(p_approval uuid, p_decision text, p_comment text default '') returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_user uuid := auth.uid();
  v_name text;
  v_execution uuid;
  v_approval public.approvals;
  v_is_asked boolean;
  v_outcome text;
begin
  if p_decision is null or p_decision not in ('approved', 'rejected') then
    raise exception 'An approval is either approved or rejected.' using errcode = '22023';
  end if;
  select a.execution_id into v_execution
  from public.approvals a
  where a.id = p_approval
    and a.workspace_id in (select private.my_workspaces('viewer'));
  if v_execution is null then
    raise exception 'There is no such approval, or it is not in one of your workspaces.' using errcode = '42501';
  end if;
  -- In the order in which a checkpoint locks them. From here on, whoever else decides waits for us.
  perform from public.executions e where e.id = v_execution for update;
  select * into v_approval from public.approvals a where a.id = p_approval for update;
  if v_approval.status is distinct from 'pending' then
    raise exception 'This was decided already, or nobody waits for it any more.' using errcode = '22023';
  end if;
  v_is_asked := v_user in (select private.asked_for_approval(v_approval));
  if not v_is_asked and v_approval.workspace_id not in (select private.my_workspaces('owner')) then
    raise exception 'Others are asked to decide this, not you.' using errcode = '42501';
  end if;
  select p.display_name into v_name from public.profiles p where p.user_id = v_user;
  insert into public.approval_decisions (approval_id, workspace_id, user_id, decided_by, decision, comment)
  values (p_approval, v_approval.workspace_id, v_user, v_name, p_decision, btrim(coalesce(p_comment, '')))
  on conflict do nothing;
  if not found then
    raise exception 'You have decided this already.' using errcode = '22023';
  end if;
  v_outcome := case when v_is_asked then private.outcome_of_approval(v_approval) else p_decision end;
  if v_outcome is null then
    return 'pending';
  end if;
  update public.approvals set status = v_outcome, ended_at = clock_timestamp() where id = p_approval;
  perform private.deliver(
    p_approval,
    jsonb_build_object(
      'decision', v_outcome,
      'decided_by', v_name,
      'comment', btrim(coalesce(p_comment, '')),
      'decisions', private.decisions_of_approval(p_approval)
    )
  );
  return v_outcome;
end
$$;
grant execute on function public.decide_approval(uuid, text, text) to authenticated;

-- What the signed-in person is asked to decide in a workspace and hasn't yet, oldest first.
create function public.my_approvals(p_workspace uuid) returns setof public.approvals
language sql stable security definer
set search_path = ''
as $$
  select a.*
  from public.approvals a
  where a.workspace_id = p_workspace
    and a.workspace_id in (select private.my_workspaces('viewer'))
    and a.status = 'pending'
    and (select auth.uid()) in (select private.asked_for_approval(a))
    and not exists (
      select from public.approval_decisions d where d.approval_id = a.id and d.user_id = (select auth.uid())
    )
  order by a.opened_at
$$;
grant execute on function public.my_approvals(uuid) to authenticated;
