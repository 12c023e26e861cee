-- E-mails about approvals: to those who are asked, to those who are asked later, and reminders.
--
-- That an e-mail is to be sent is written by the trigger that opens the approval, hence in the step's own checkpoint:
-- there's one row for each person and occasion, whatever dies when, and a job that carries it to a worker. The worker
-- asks once more just before it sends: what was decided meanwhile needs no e-mail any more.

create table public.approval_mails (
  -- Also the e-mail's key: sent again after a crash, it is the same message.
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  approval_id uuid not null references public.approvals (id) on delete cascade,
  user_id uuid not null,
  reason text not null check (reason in ('asked', 'escalated', 'reminder')),
  -- The how many-th reminder; 0 for the others.
  number integer not null default 0,
  -- not_needed: it was decided, or the person isn't asked any more, before the e-mail went out.
  status text not null default 'waiting' check (status in ('waiting', 'sent', 'failed', 'not_needed')),
  attempts integer not null default 0,
  -- Why the last attempt failed.
  problem jsonb,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  unique (approval_id, user_id, reason, number)
);
-- Removing a workspace.
create index approval_mails_by_workspace on public.approval_mails (workspace_id);

alter table public.approval_mails enable row level security;
alter table public.approval_mails force row level security;
grant select on public.approval_mails to authenticated;
-- Members see who was told of what is asked in their workspaces.
create policy approval_mails_select on public.approval_mails for select to authenticated
  using (workspace_id in (select private.my_workspaces('viewer')));

-- Tried for about a day: half a minute, a minute, two, ... up to three hours apart.
select pgboss.create_queue('approval_mail', '{"policy": "standard", "retryLimit": 30, "retryDelay": 30, "retryBackoff": true, "retryDelayMax": 10800, "expireInSeconds": 180, "deleteAfterSeconds": 3600}');

-- As before: the members who are asked, as the workspace is now. New is who is asked where that is nobody (no member has
-- such an address, or all who were asked have left): the owners, so that nothing waits unseen.
create or replace function private.asked_for_approval(p_approval public.approvals) returns setof uuid
language sql stable
set search_path = ''
as $$
  with asked as (
    select m.user_id
    from public.members m
    where m.workspace_id = p_approval.workspace_id
      and (m.role >= p_approval.asked_role or m.user_id = any (p_approval.asked_people))
  )
  select a.user_id from asked a
  union all
  select m.user_id
  from public.members m
  where m.workspace_id = p_approval.workspace_id
    and m.role = 'owner'
    and not exists (select from asked)
$$;

-- Writes down that those who are asked and haven't decided are to get an e-mail, and its jobs; once for each occasion.
create function private.send_approval_mails(
  p_approval public.approvals, p_people uuid[], p_reason text, p_number integer default 0
) returns void
language sql
set search_path = ''
as $$
  with written as (
    insert into public.approval_mails (workspace_id, approval_id, user_id, reason, number)
    select p_approval.workspace_id, p_approval.id, asked.user_id, p_reason, p_number
    from private.asked_for_approval(p_approval) as asked (user_id)
    where (p_people is null or asked.user_id = any (p_people))
      and not exists (
        select from public.approval_decisions d
        where d.approval_id = p_approval.id and d.user_id = asked.user_id
      )
      -- Who was asked at first isn't asked again because they are among the others, too.
      and not (
        p_reason = 'escalated'
        and exists (
          select from public.approval_mails m where m.approval_id = p_approval.id and m.user_id = asked.user_id
        )
      )
    on conflict do nothing
    returning id
  )
  insert into pgboss.job (
    name, data, start_after, keep_until, created_on, policy,
    retry_limit, retry_delay, retry_backoff, retry_delay_max, expire_seconds, deletion_seconds
  )
  select q.name, jsonb_build_object('mail', w.id), now(), now() + q.retention_seconds * interval '1 s', now(), q.policy,
         q.retry_limit, q.retry_delay, q.retry_backoff, q.retry_delay_max, q.expire_seconds, q.deletion_seconds
  from written w
  join pgboss.queue q on q.name = 'approval_mail'
$$;

-- A wait with the key `decision` is a new approval; one with the key `escalation` asks further people; `reminder-1`,
-- `reminder-2` ... remind those who haven't decided. Checkpoints and decisions both lock the execution first, so what
-- is decided is seen here, and what is seen here as open is open until the checkpoint is written.
create or replace function private.open_approval() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_people uuid[] := private.people_of(new.workspace_id, coalesce(new.data -> 'people', '[]'));
  v_approval public.approvals;
begin
  if new.key = 'decision' then
    insert into public.approvals (
      id, workspace_id, execution_id, node_id, path, title, description, policy, asked_role, asked_people, due_at
    )
    values (
      new.id, new.workspace_id, new.execution_id, new.node_id, new.path,
      new.data ->> 'title', new.data ->> 'description', new.data ->> 'policy',
      (new.data ->> 'role')::public.member_role, v_people, (new.data ->> 'due_at')::timestamptz
    )
    returning * into v_approval;
    perform private.send_approval_mails(v_approval, null, 'asked');
    return null;
  end if;
  update public.approvals a
  set asked_people = a.asked_people || v_people
  from public.execution_waits w
  where w.execution_id = new.execution_id
    and w.node_id = new.node_id
    and w.path = new.path
    and w.kind = 'approval'
    and w.key = 'decision'
    and a.id = w.id
    and a.status = 'pending'
  returning a.* into v_approval;
  if v_approval.id is null then
    return null;
  elsif new.key = 'escalation' then
    perform private.send_approval_mails(v_approval, v_people, 'escalated');
  elsif new.key like 'reminder-%' then
    perform private.send_approval_mails(v_approval, null, 'reminder', split_part(new.key, '-', 2)::integer);
  end if;
  return null;
end
$$;

-- Of these e-mails, those that are still to be sent, with all that they say. The others are over after this.
create function private.approval_mails_to_send(p_mails uuid[])
returns table (
  id uuid, reason text, address text, name text, approval_id uuid, title text, description text,
  opened_at timestamptz, due_at timestamptz, workspace_id uuid, workspace text, time_zone text
)
language plpgsql security definer
set search_path = ''
as $$
begin
  update public.approval_mails m
  set status = 'not_needed', ended_at = clock_timestamp()
  from public.approvals a
  where m.id = any (p_mails)
    and m.status = 'waiting'
    and a.id = m.approval_id
    and (
      a.status <> 'pending'
      or m.user_id not in (select private.asked_for_approval(a))
      or exists (
        select from public.approval_decisions d where d.approval_id = a.id and d.user_id = m.user_id
      )
    );
  return query
  select m.id, m.reason, p.email, p.display_name, a.id, a.title, a.description,
         a.opened_at, a.due_at, s.id, s.name, s.time_zone
  from public.approval_mails m
  join public.approvals a on a.id = m.approval_id
  join public.workspaces s on s.id = m.workspace_id
  join public.profiles p on p.user_id = m.user_id
  where m.id = any (p_mails) and m.status = 'waiting';
end
$$;
grant execute on function private.approval_mails_to_send(uuid[]) to weft_engine;

-- Writes down what came of an attempt to send an e-mail. True when it's to be tried again.
create function private.approval_mail_tried(p_mail uuid, p_problem jsonb, p_most_attempts integer) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  v_status text;
begin
  update public.approval_mails m
  set attempts = m.attempts + 1,
      problem = p_problem,
      status = case
        when p_problem is null then 'sent'
        when m.attempts + 1 >= p_most_attempts or not (p_problem ->> 'retryable')::boolean then 'failed'
        else 'waiting'
      end,
      ended_at = clock_timestamp()
  where m.id = p_mail and m.status = 'waiting'
  returning m.status into v_status;
  return coalesce(v_status = 'waiting', false);
end
$$;
grant execute on function private.approval_mail_tried(uuid, jsonb, integer) to weft_engine;
