-- Comments, the next step: one can put right what one said, and everybody sees what they have not read yet and where
-- they were asked to look.

-- When the text was last changed; empty: it stands as it was said.
alter table public.workflow_comments add column edited_at timestamptz;

-- Up to when a person has read what is said about a workflow.
create table public.comment_reads (
  workspace_id uuid not null,
  workflow_id uuid not null,
  user_id uuid not null references public.profiles (user_id) on delete cascade,
  read_at timestamptz not null default now(),
  primary key (user_id, workflow_id),
  foreign key (workspace_id, workflow_id) references public.workflows (workspace_id, id) on delete cascade
);
create index comment_reads_by_workflow on public.comment_reads (workspace_id, workflow_id);

alter table public.comment_reads enable row level security;
alter table public.comment_reads force row level security;
grant select on public.comment_reads to authenticated;

-- What somebody has read is theirs to know, for workflows that they may see. Nobody writes it but the function below.
create policy comment_reads_select on public.comment_reads for select to authenticated
  using (
    user_id = (select auth.uid())
    and workspace_id in (select private.my_workspaces('viewer'))
    and workflow_id <> all ((select private.hidden_workflow_ids())::uuid[])
  );

-- Everything said about a workflow up to now is read. For everybody who sees the workflow, about themselves.
create function public.read_comments(p_workflow uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_workspace uuid := private.workspace_of_workflow(p_workflow, 'viewer');
begin
  insert into public.comment_reads (workspace_id, workflow_id, user_id)
  values (v_workspace, p_workflow, auth.uid())
  on conflict (user_id, workflow_id) do update set read_at = now();
end
$$;
grant execute on function public.read_comments(uuid) to authenticated;

-- Changes what one said oneself. Who is mentioned only now gets an e-mail; who was before got theirs.
create function public.edit_comment(p_comment uuid, p_body text, p_mentions uuid[] default '{}') returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_comment public.workflow_comments;
  v_workspace uuid;
  v_mentions uuid[] := array(select distinct m from unnest(coalesce(p_mentions, '{}')) as m where m is not null);
begin
  select c.* into v_comment from public.workflow_comments c where c.id = p_comment;
  v_workspace := private.workspace_of_workflow(v_comment.workflow_id, 'viewer');
  if v_comment.author is distinct from auth.uid() then
    raise exception 'Only who said it can change it.' using errcode = '42501';
  end if;
  if length(btrim(coalesce(p_body, ''))) not between 1 and 4000 then
    raise exception 'A comment needs a text, of 4,000 characters at most.' using errcode = '22023';
  end if;
  if cardinality(v_mentions) > 20 then
    raise exception 'A comment can mention twenty people at most.' using errcode = '22023';
  end if;
  if exists (
    select from unnest(v_mentions) as m (person)
    where m.person <> all (v_comment.mentions) and (
      not exists (
        select from public.members b where b.workspace_id = v_workspace and b.user_id = m.person
      ) or v_comment.workflow_id = any (private.workflows_hidden_from(m.person))
    )
  ) then
    raise exception 'Only members who may see this workflow can be mentioned.' using errcode = '22023';
  end if;
  update public.workflow_comments c
  set body = btrim(p_body), mentions = v_mentions, edited_at = now()
  where c.id = p_comment;
  insert into pgboss.job (
    name, data, start_after, keep_until, created_on, policy,
    retry_limit, retry_delay, retry_backoff, retry_delay_max, expire_seconds, deletion_seconds
  )
  select q.name, jsonb_build_object('comment', p_comment, 'person', m.person), now(),
         now() + q.retention_seconds * interval '1 s', now(), q.policy,
         q.retry_limit, q.retry_delay, q.retry_backoff, q.retry_delay_max, q.expire_seconds, q.deletion_seconds
  from unnest(v_mentions) as m (person)
  join pgboss.queue q on q.name = 'mention_mail'
  where m.person <> auth.uid() and m.person <> all (v_comment.mentions);
end
$$;
grant execute on function public.edit_comment(uuid, text, uuid[]) to authenticated;
