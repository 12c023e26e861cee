-- Talk about a workflow, beside its drawing: comments on steps or on the whole, with replies, mentions and an end. They
-- are no part of the draft: a viewer may not change a drawing, but has questions about it, as in any tool where people
-- review each other's work.

create table public.workflow_comments (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null,
  workflow_id uuid not null,
  -- The step that it's about; empty: the workflow. A comment stays when its step is deleted.
  node_id text check (length(node_id) between 1 and 64),
  -- What it answers; empty: it opens a thread.
  thread_id uuid references public.workflow_comments (id) on delete cascade,
  author uuid references public.profiles (user_id) on delete set null,
  body text not null check (length(btrim(body)) between 1 and 4000),
  -- Who is asked to look at it.
  mentions uuid[] not null default '{}' check (cardinality(mentions) <= 20),
  created_at timestamptz not null default now(),
  -- Of what opens a thread.
  resolved_at timestamptz,
  resolved_by uuid references public.profiles (user_id) on delete set null,
  foreign key (workspace_id, workflow_id) references public.workflows (workspace_id, id) on delete cascade
);
create index workflow_comments_by_workflow on public.workflow_comments (workspace_id, workflow_id, created_at);
create index workflow_comments_by_thread on public.workflow_comments (thread_id);
create index workflow_comments_by_author on public.workflow_comments (author);
create index workflow_comments_by_resolver on public.workflow_comments (resolved_by);

alter table public.workflow_comments enable row level security;
alter table public.workflow_comments force row level security;
grant select on public.workflow_comments to authenticated;

-- Whoever sees a workflow sees what is said about it. Nobody writes it but the functions below.
create policy workflow_comments_select on public.workflow_comments for select to authenticated
  using (
    workspace_id in (select private.my_workspaces('viewer'))
    and workflow_id <> all ((select private.hidden_workflow_ids())::uuid[])
  );

-- Tried for about a day, like the e-mails about approvals.
select pgboss.create_queue('mention_mail', '{"policy": "standard", "retryLimit": 20, "retryDelay": 30, "retryBackoff": true, "retryDelayMax": 10800, "expireInSeconds": 180, "deleteAfterSeconds": 3600}');

-- Says something about a workflow or one of its steps, or answers in a thread, which opens it again. For everybody who
-- sees the workflow. Those who are mentioned get an e-mail.
create function public.comment_on_workflow(
  p_workflow uuid, p_body text, p_node text default null, p_thread uuid default null, p_mentions uuid[] default '{}'
) returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  v_workspace uuid := private.workspace_of_workflow(p_workflow, 'viewer');
  v_mentions uuid[] := array(select distinct m from unnest(coalesce(p_mentions, '{}')) as m where m is not null);
  v_node text := nullif(p_node, '');
  v_id uuid;
begin
  if length(btrim(coalesce(p_body, ''))) not between 1 and 4000 then
    raise exception 'A comment needs a text, of 4,000 characters at most.' using errcode = '22023';
  end if;
  if cardinality(v_mentions) > 20 then
    raise exception 'A comment can mention twenty people at most.' using errcode = '22023';
  end if;
  if exists (
    select from unnest(v_mentions) as m (person)
    where not exists (
      select from public.members b where b.workspace_id = v_workspace and b.user_id = m.person
    ) or p_workflow = any (private.workflows_hidden_from(m.person))
  ) then
    raise exception 'Only members who may see this workflow can be mentioned.' using errcode = '22023';
  end if;
  if p_thread is not null then
    update public.workflow_comments c
    set resolved_at = null, resolved_by = null
    where c.id = p_thread and c.workflow_id = p_workflow and c.thread_id is null
    returning c.node_id into v_node;
    if not found then
      raise exception 'This comment is not there any more.' using errcode = '22023';
    end if;
  end if;
  insert into public.workflow_comments (workspace_id, workflow_id, node_id, thread_id, author, body, mentions)
  values (v_workspace, p_workflow, v_node, p_thread, auth.uid(), btrim(p_body), v_mentions)
  returning id into v_id;
  insert into pgboss.job (
    name, data, start_after, keep_until, created_on, policy,
    retry_limit, retry_delay, retry_backoff, retry_delay_max, expire_seconds, deletion_seconds
  )
  select q.name, jsonb_build_object('comment', v_id, 'person', m.person), now(),
         now() + q.retention_seconds * interval '1 s', now(), q.policy,
         q.retry_limit, q.retry_delay, q.retry_backoff, q.retry_delay_max, q.expire_seconds, q.deletion_seconds
  from unnest(v_mentions) as m (person)
  join pgboss.queue q on q.name = 'mention_mail'
  where m.person <> auth.uid();
  return v_id;
end
$$;
grant execute on function public.comment_on_workflow(uuid, text, text, uuid, uuid[]) to authenticated;

-- Ends a thread, or opens it again. For everybody who sees the workflow, as commenting is.
create function public.resolve_comment(p_comment uuid, p_resolved boolean default true) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.workspace_of_workflow(
    (select c.workflow_id from public.workflow_comments c where c.id = p_comment), 'viewer'
  );
  update public.workflow_comments c
  set resolved_at = case when p_resolved then now() end,
      resolved_by = case when p_resolved then auth.uid() end
  where c.id = p_comment and c.thread_id is null and (c.resolved_at is not null) <> p_resolved;
end
$$;
grant execute on function public.resolve_comment(uuid, boolean) to authenticated;

-- Takes a comment away, with the answers to it when it opens a thread. People take back their own; admins and owners
-- anybody's, which the audit log tells.
create function public.remove_comment(p_comment uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_comment public.workflow_comments;
  v_workspace uuid;
begin
  select c.* into v_comment from public.workflow_comments c where c.id = p_comment;
  v_workspace := private.workspace_of_workflow(v_comment.workflow_id, 'viewer');
  if v_comment.author is distinct from auth.uid() then
    if v_workspace not in (select private.my_workspaces('admin')) then
      raise exception 'Only admins and owners can remove what others said.' using errcode = '42501';
    end if;
    perform private.record_audit(
      v_workspace, 'comment.removed', 'workflow', v_comment.workflow_id::text,
      jsonb_build_object(
        'name', (select w.name from public.workflows w where w.id = v_comment.workflow_id),
        'author', coalesce((select p.display_name from public.profiles p where p.user_id = v_comment.author), '')
      )
    );
  elsif v_comment.thread_id is null and exists (
    select from public.workflow_comments r
    where r.thread_id = p_comment and r.author is distinct from auth.uid()
  ) and v_workspace not in (select private.my_workspaces('admin')) then
    raise exception 'Others have answered this comment. Resolve it instead of removing it.' using errcode = '42501';
  end if;
  delete from public.workflow_comments c where c.id = p_comment;
end
$$;
grant execute on function public.remove_comment(uuid) to authenticated;

-- Everybody who has the workflow open hears that something was said; what it is, is fetched.
create function private.broadcast_comment() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_workflow uuid := coalesce(new.workflow_id, old.workflow_id);
begin
  if private.is_watched('workflow:' || v_workflow) then
    perform realtime.send(
      jsonb_build_object('id', coalesce(new.id, old.id)), 'comment', 'workflow:' || v_workflow, true
    );
  end if;
  return null;
end
$$;
create trigger workflow_comments_broadcast after insert or update or delete on public.workflow_comments
  for each row execute function private.broadcast_comment();

-- Of these mentions, those that still need an e-mail, with all that it says: the comment is there, and the
-- person is a member who may see the workflow.
create function private.mention_mails_to_send(p_comments uuid[], p_people uuid[])
returns table (
  comment_id uuid, user_id uuid, address text, name text, author text, body text,
  thread_id uuid, workflow_id uuid, workflow text, workspace_id uuid, workspace text
)
language sql stable security definer
set search_path = ''
as $$
  select c.id, p.user_id, p.email, p.display_name, coalesce(a.display_name, 'Somebody'), c.body,
         coalesce(c.thread_id, c.id), w.id, w.name, s.id, s.name
  from unnest(p_comments, p_people) as asked (comment, person)
  join public.workflow_comments c on c.id = asked.comment and asked.person = any (c.mentions)
  join public.workflows w on w.id = c.workflow_id and w.deleted_at is null
  join public.workspaces s on s.id = c.workspace_id and s.deleted_at is null
  join public.members m on m.workspace_id = c.workspace_id and m.user_id = asked.person
  join public.profiles p on p.user_id = asked.person
  left join public.profiles a on a.user_id = c.author
  where w.id <> all (private.workflows_hidden_from(asked.person))
$$;
grant execute on function private.mention_mails_to_send(uuid[], uuid[]) to weft_engine;
