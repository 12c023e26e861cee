-- The history of a workflow: whose changes are in each version, which one repeats an earlier one, and who changed the
-- draft since. Also what leaves as a file.

alter table public.workflow_versions
  -- Whose changes to the draft it brought live.
  add column contributors uuid[] not null default '{}',
  -- The number of the version that it puts live again; empty when it was published from the draft.
  add column copy_of integer check (copy_of is null or kind = 'published');

-- When each person last changed a draft. The updates themselves are folded together sooner or later; this stays.
create table private.draft_authors (
  workflow_id uuid not null,
  workspace_id uuid not null,
  author uuid not null,
  changed_at timestamptz not null default now(),
  primary key (workflow_id, author),
  foreign key (workspace_id, workflow_id) references public.workflows (workspace_id, id) on delete cascade
);
create index draft_authors_by_workspace on private.draft_authors (workspace_id, workflow_id);

-- Nobody reads or writes it but the functions below: no grants, no policies.
alter table private.draft_authors enable row level security;
alter table private.draft_authors force row level security;

insert into private.draft_authors (workflow_id, workspace_id, author, changed_at)
select u.workflow_id, u.workspace_id, u.author, max(u.created_at)
from public.workflow_draft_updates u
where u.author is not null
group by u.workflow_id, u.workspace_id, u.author;

create function private.note_draft_author() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into private.draft_authors as a (workflow_id, workspace_id, author, changed_at)
  values (new.workflow_id, new.workspace_id, new.author, clock_timestamp())
  on conflict (workflow_id, author) do update set changed_at = excluded.changed_at;
  return null;
end
$$;
create trigger workflow_draft_updates_author after insert on public.workflow_draft_updates
  for each row when (new.author is not null) execute function private.note_draft_author();

-- Whose changes are in the draft and not in the version that is live, or was last. Where that one repeats an earlier
-- version, the changes of those in between are still in the draft.
create function private.draft_contributors(p_workflow uuid) returns uuid[]
language sql stable security definer
set search_path = ''
as $$
  with base as (
    select coalesce(v.copy_of, v.number) as number
    from public.workflows w
    join public.workflow_versions v on v.id = coalesce(w.live_version_id, w.latest_version_id)
    where w.id = p_workflow
  ),
  published as (
    select v.number, v.created_at, v.contributors
    from public.workflow_versions v
    where v.workflow_id = p_workflow and v.kind = 'published' and v.copy_of is null
  ),
  people as (
    select a.author
    from private.draft_authors a
    where a.workflow_id = p_workflow
      and a.changed_at > coalesce((select max(p.created_at) from published p), '-infinity')
    union
    select unnest(p.contributors) from published p where p.number > (select b.number from base b)
  )
  select coalesce(array_agg(author order by author), '{}') from people
$$;

-- Whose changes would go live now. For everybody who sees the workflow.
create function public.unpublished_authors(p_workflow uuid) returns table (user_id uuid, display_name text)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform private.workspace_of_workflow(p_workflow, 'viewer');
  return query
    select p.user_id, p.display_name
    from public.profiles p
    where p.user_id = any (private.draft_contributors(p_workflow))
    order by p.display_name, p.user_id;
end
$$;
grant execute on function public.unpublished_authors(uuid) to authenticated;

-- The published versions, newest first, fifty at a time, with the names of those who made them: also of people who
-- have left the workspace. For everybody who sees the workflow.
create function public.version_history(p_workflow uuid, p_before integer default null) returns table (
  id uuid, number integer, note text, copy_of integer, created_at timestamptz, is_live boolean,
  created_by uuid, created_by_name text, contributors text[]
)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform private.workspace_of_workflow(p_workflow, 'viewer');
  return query
    select v.id, v.number, v.note, v.copy_of, v.created_at, v.id is not distinct from w.live_version_id,
           v.created_by, coalesce(p.display_name, ''),
           array(
             select c.display_name from public.profiles c
             where c.user_id = any (v.contributors)
             order by c.display_name, c.user_id
           )
    from public.workflows w
    join public.workflow_versions v on v.workflow_id = w.id and v.kind = 'published'
    left join public.profiles p on p.user_id = v.created_by
    where w.id = p_workflow
      and v.number < coalesce(p_before, 2147483647)
    order by v.number desc
    limit 50;
end
$$;
grant execute on function public.version_history(uuid, integer) to authenticated;

create or replace function public.publish_version(p_workflow uuid, p_definition jsonb, p_note text default '') returns public.workflow_versions
language plpgsql security definer
set search_path = ''
as $$
declare
  v_workspace uuid := private.workspace_of_workflow(p_workflow, 'editor');
  v_version public.workflow_versions;
begin
  if jsonb_typeof(p_definition -> 'nodes') is distinct from 'array' then
    raise exception 'This is not a workflow definition.' using errcode = '22023';
  end if;
  -- Two people publishing at once get two numbers, one after the other.
  perform from public.workflows w where w.id = p_workflow for update;
  insert into public.workflow_versions (
    workspace_id, workflow_id, kind, number, definition, content_hash, note, created_by, contributors
  )
  select v_workspace, p_workflow, 'published',
         coalesce(max(v.number), 0) + 1,
         p_definition,
         encode(sha256(convert_to(p_definition::text, 'UTF8')), 'hex'),
         coalesce(p_note, ''),
         auth.uid(),
         private.draft_contributors(p_workflow)
  from public.workflow_versions v
  where v.workflow_id = p_workflow and v.kind = 'published'
  returning * into v_version;
  perform private.set_live_version(p_workflow, v_version.id);
  return v_version;
end
$$;

-- Puts an earlier version live again, as a new one that says so: history only ever grows. The draft stays as it is.
create function public.republish_version(p_workflow uuid, p_number integer, p_note text default '') returns public.workflow_versions
language plpgsql security definer
set search_path = ''
as $$
declare
  v_workspace uuid := private.workspace_of_workflow(p_workflow, 'editor');
  v_version public.workflow_versions;
begin
  perform from public.workflows w where w.id = p_workflow for update;
  insert into public.workflow_versions (
    workspace_id, workflow_id, kind, number, definition, content_hash, note, created_by, copy_of
  )
  select v_workspace, p_workflow, 'published',
         (select max(v.number) + 1 from public.workflow_versions v where v.workflow_id = p_workflow),
         old.definition, old.content_hash, coalesce(p_note, ''), auth.uid(),
         coalesce(old.copy_of, old.number)
  from public.workflow_versions old
  where old.workflow_id = p_workflow and old.kind = 'published' and old.number = p_number
  returning * into v_version;
  if v_version.id is null then
    raise exception 'There is no such version.' using errcode = '22023';
  end if;
  perform private.set_live_version(p_workflow, v_version.id);
  return v_version;
end
$$;
grant execute on function public.republish_version(uuid, integer, text) to authenticated;

-- A workflow that leaves as a file is recorded: which version, or the draft when there's no number.
create function public.record_workflow_export(p_workflow uuid, p_number integer default null) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_workspace uuid := private.workspace_of_workflow(p_workflow, 'viewer');
begin
  perform private.record_audit(
    v_workspace, 'workflow.exported', 'workflow', p_workflow::text,
    jsonb_build_object('name', (select w.name from public.workflows w where w.id = p_workflow), 'version', p_number)
  );
end
$$;
grant execute on function public.record_workflow_export(uuid, integer) to authenticated;
