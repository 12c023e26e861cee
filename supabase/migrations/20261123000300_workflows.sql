-- Workflows, their published versions and their drafts.

create table public.workflows (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  name text not null check (length(btrim(name)) between 1 and 120),
  description text not null default '' check (length(description) <= 2000),
  owner uuid references public.profiles (user_id) on delete set null default auth.uid(),
  -- The version that triggers start; empty while nothing is published or the workflow is paused.
  live_version_id uuid,
  -- Kept when paused, so that "resume" needs no new version.
  latest_version_id uuid,
  archived_at timestamptz,
  -- In the bin; can be restored until it's emptied.
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id)
);
create index workflows_by_workspace on public.workflows (workspace_id, updated_at desc) where deleted_at is null;
create trigger workflows_touch before update on public.workflows
  for each row execute function private.touch_updated_at();

-- An immutable definition. Published ones are numbered; test ones hold what "Run" in the builder ran.
create table public.workflow_versions (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null,
  workflow_id uuid not null,
  kind text not null check (kind in ('published', 'test')),
  number integer check ((kind = 'published') = (number is not null)),
  definition jsonb not null,
  -- sha-256 of the definition's text: running the same draft twice makes one test version.
  content_hash text not null,
  note text not null default '' check (length(note) <= 2000),
  created_by uuid references public.profiles (user_id) on delete set null default auth.uid(),
  created_at timestamptz not null default now(),
  foreign key (workspace_id, workflow_id) references public.workflows (workspace_id, id) on delete cascade,
  unique (workflow_id, number)
);
create unique index workflow_versions_test_once on public.workflow_versions (workflow_id, content_hash) where kind = 'test';
create index workflow_versions_by_workspace on public.workflow_versions (workspace_id, workflow_id);

alter table public.workflows
  add foreign key (live_version_id) references public.workflow_versions (id),
  add foreign key (latest_version_id) references public.workflow_versions (id);

-- The draft: a Yjs document as one compacted state plus the updates since.
create table public.workflow_drafts (
  workflow_id uuid primary key,
  workspace_id uuid not null,
  state bytea not null default ''::bytea,
  updated_at timestamptz not null default now(),
  foreign key (workspace_id, workflow_id) references public.workflows (workspace_id, id) on delete cascade
);
create table public.workflow_draft_updates (
  id bigint generated always as identity primary key,
  workflow_id uuid not null,
  workspace_id uuid not null,
  -- Who typed it; empty for the server's own repairs.
  author uuid,
  update bytea not null,
  created_at timestamptz not null default now(),
  foreign key (workspace_id, workflow_id) references public.workflows (workspace_id, id) on delete cascade
);
create index workflow_draft_updates_by_workflow on public.workflow_draft_updates (workflow_id, id);

alter table public.workflows enable row level security;
alter table public.workflows force row level security;
alter table public.workflow_versions enable row level security;
alter table public.workflow_versions force row level security;
alter table public.workflow_drafts enable row level security;
alter table public.workflow_drafts force row level security;
alter table public.workflow_draft_updates enable row level security;
alter table public.workflow_draft_updates force row level security;

grant select, insert (id, workspace_id, name, description), update (name, description, owner, archived_at, deleted_at)
  on public.workflows to authenticated;
grant select on public.workflow_versions to authenticated;
grant select on public.workflows, public.workflow_versions to weft_engine;
grant select, insert, update on public.workflow_drafts to weft_app;
grant select, insert, delete on public.workflow_draft_updates to weft_app;
grant select on public.workflows to weft_app;

-- Every member sees the workspace's workflows.
create policy workflows_select on public.workflows for select to authenticated
  using (workspace_id in (select private.my_workspaces('viewer')));
-- Editors add workflows.
create policy workflows_insert on public.workflows for insert to authenticated
  with check (workspace_id in (select private.my_workspaces('editor')));
-- Editors rename, hand over, archive and delete (to the bin) and restore. Going live is publish_version's alone.
create policy workflows_update on public.workflows for update to authenticated
  using (workspace_id in (select private.my_workspaces('editor')))
  with check (workspace_id in (select private.my_workspaces('editor')));
-- The engine and the co-editing server look up any workflow by its id.
create policy workflows_select_engine on public.workflows for select to weft_engine using (true);
create policy workflows_select_app on public.workflows for select to weft_app using (true);

-- Every member may look at versions. Nobody writes them but publish_version and save_test_version; nobody changes them.
create policy workflow_versions_select on public.workflow_versions for select to authenticated
  using (workspace_id in (select private.my_workspaces('viewer')));
create policy workflow_versions_select_engine on public.workflow_versions for select to weft_engine using (true);

-- Drafts are the co-editing server's: it checks each socket's person and role before it reads or writes.
create policy workflow_drafts_app on public.workflow_drafts for all to weft_app using (true) with check (true);
create policy workflow_draft_updates_app on public.workflow_draft_updates for all to weft_app using (true) with check (true);

-- The workspace of a workflow in which the caller has at least this role; an error in plain words otherwise.
create function private.workspace_of_workflow(p_workflow uuid, p_least public.member_role) returns uuid
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_workspace uuid;
begin
  select w.workspace_id into v_workspace
  from public.workflows w
  where w.id = p_workflow
    and w.deleted_at is null
    and w.workspace_id in (select private.my_workspaces(p_least));
  if v_workspace is null then
    raise exception 'There is no such workflow, or your role does not allow this.' using errcode = '42501';
  end if;
  return v_workspace;
end
$$;

-- Keeps what "Run" in the builder is about to run. Running the same draft again gives the same version.
create function public.save_test_version(p_workflow uuid, p_definition jsonb) returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  v_workspace uuid := private.workspace_of_workflow(p_workflow, 'operator');
  v_hash text := encode(sha256(convert_to(p_definition::text, 'UTF8')), 'hex');
  v_version uuid;
begin
  insert into public.workflow_versions (workspace_id, workflow_id, kind, definition, content_hash, created_by)
  values (v_workspace, p_workflow, 'test', p_definition, v_hash, auth.uid())
  on conflict (workflow_id, content_hash) where kind = 'test' do nothing;
  select v.id into strict v_version
  from public.workflow_versions v
  where v.workflow_id = p_workflow and v.kind = 'test' and v.content_hash = v_hash;
  return v_version;
end
$$;
grant execute on function public.save_test_version(uuid, jsonb) to authenticated;
