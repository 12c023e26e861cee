-- What starts executions. Rows are made by publishing; the webhook address outlives versions.

-- The address of a webhook node: an unguessable token, the same in the draft and in every version.
create table public.webhook_endpoints (
  token text primary key check (length(token) >= 32),
  workspace_id uuid not null,
  workflow_id uuid not null,
  node_id text not null,
  -- Whether a secret is set; the secret itself is private.webhook_secrets.
  has_secret boolean not null default false,
  created_at timestamptz not null default now(),
  foreign key (workspace_id, workflow_id) references public.workflows (workspace_id, id) on delete cascade,
  unique (workflow_id, node_id)
);
create index webhook_endpoints_by_workspace on public.webhook_endpoints (workspace_id, workflow_id);

-- Encrypted (AES-256-GCM) by the functions; no API role can reach this schema's tables.
create table private.webhook_secrets (
  token text primary key references public.webhook_endpoints (token) on delete cascade,
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  key_id text not null,
  ciphertext bytea not null,
  updated_at timestamptz not null default now()
);

-- The live triggers: one row per trigger node of each live version.
create table public.triggers (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null,
  workflow_id uuid not null,
  version_id uuid not null references public.workflow_versions (id) on delete cascade,
  node_id text not null,
  -- The node's type: trigger.webhook, trigger.schedule, trigger.manual …
  kind text not null,
  config jsonb not null,
  -- Schedules: the next time it fires; empty until the worker has planned it.
  next_fire_at timestamptz,
  created_at timestamptz not null default now(),
  foreign key (workspace_id, workflow_id) references public.workflows (workspace_id, id) on delete cascade,
  unique (workflow_id, node_id)
);
create index triggers_schedules on public.triggers (next_fire_at nulls first) where kind = 'trigger.schedule';
create index triggers_by_workspace on public.triggers (workspace_id, kind);

alter table public.webhook_endpoints enable row level security;
alter table public.webhook_endpoints force row level security;
alter table private.webhook_secrets enable row level security;
alter table private.webhook_secrets force row level security;
alter table public.triggers enable row level security;
alter table public.triggers force row level security;

grant select on public.webhook_endpoints, public.triggers to authenticated;
grant select, update (has_secret) on public.webhook_endpoints to weft_engine;
grant select, insert, update, delete on private.webhook_secrets to weft_engine;
grant select, update (next_fire_at) on public.triggers to weft_engine;

-- Editors see webhook addresses: knowing one is being able to start the workflow.
create policy webhook_endpoints_select on public.webhook_endpoints for select to authenticated
  using (workspace_id in (select private.my_workspaces('editor')));
create policy webhook_endpoints_engine on public.webhook_endpoints for select to weft_engine using (true);
create policy webhook_endpoints_engine_update on public.webhook_endpoints for update to weft_engine
  using (true) with check (true);
-- Only the engine reads and writes secrets, encrypted.
create policy webhook_secrets_engine on private.webhook_secrets for all to weft_engine using (true) with check (true);
-- Members see which triggers are live and when schedules fire next.
create policy triggers_select on public.triggers for select to authenticated
  using (workspace_id in (select private.my_workspaces('viewer')));
create policy triggers_engine on public.triggers for select to weft_engine using (true);
create policy triggers_engine_update on public.triggers for update to weft_engine using (true) with check (true);

-- Gives a webhook node its address (the same one ever after).
create function public.ensure_webhook_endpoint(p_workflow uuid, p_node text) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  v_workspace uuid := private.workspace_of_workflow(p_workflow, 'editor');
  v_token text;
begin
  insert into public.webhook_endpoints (token, workspace_id, workflow_id, node_id)
  values (
    replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
    v_workspace, p_workflow, p_node
  )
  on conflict (workflow_id, node_id) do nothing;
  select e.token into strict v_token
  from public.webhook_endpoints e
  where e.workflow_id = p_workflow and e.node_id = p_node;
  return v_token;
end
$$;
grant execute on function public.ensure_webhook_endpoint(uuid, text) to authenticated;

-- Points the workflow's triggers at one version, or at none (paused).
create function private.set_live_version(p_workflow uuid, p_version uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  update public.workflows w
  set live_version_id = p_version,
      latest_version_id = coalesce(p_version, w.latest_version_id)
  where w.id = p_workflow;

  -- A trigger that stays keeps its row, so that a schedule doesn't lose its next time unless its config changed.
  with wanted as (
    select v.workspace_id, v.workflow_id, v.id as version_id, node ->> 'id' as node_id, node ->> 'type' as kind,
           node -> 'config' as config
    from public.workflow_versions v, jsonb_array_elements(v.definition -> 'nodes') as node
    where v.id = p_version
      and node ->> 'type' like 'trigger.%'
      and not coalesce((node ->> 'disabled')::boolean, false)
  ), gone as (
    delete from public.triggers t
    where t.workflow_id = p_workflow
      and not exists (select from wanted w where w.node_id = t.node_id)
  )
  insert into public.triggers as t (workspace_id, workflow_id, version_id, node_id, kind, config)
  select workspace_id, workflow_id, version_id, node_id, kind, config
  from wanted
  on conflict (workflow_id, node_id) do update
  set version_id = excluded.version_id,
      kind = excluded.kind,
      next_fire_at = case when t.kind = excluded.kind and t.config = excluded.config then t.next_fire_at end,
      config = excluded.config;

  insert into public.webhook_endpoints (token, workspace_id, workflow_id, node_id)
  select replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), t.workspace_id, t.workflow_id, t.node_id
  from public.triggers t
  where t.workflow_id = p_workflow and t.kind = 'trigger.webhook'
  on conflict (workflow_id, node_id) do nothing;
end
$$;

-- Makes an immutable version of a definition and puts it live. The caller (the app's server) took the definition from
-- its own copy of the draft and validated it.
create function public.publish_version(p_workflow uuid, p_definition jsonb, p_note text default '') returns public.workflow_versions
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
  insert into public.workflow_versions (workspace_id, workflow_id, kind, number, definition, content_hash, note, created_by)
  select v_workspace, p_workflow, 'published',
         coalesce(max(v.number), 0) + 1,
         p_definition,
         encode(sha256(convert_to(p_definition::text, 'UTF8')), 'hex'),
         coalesce(p_note, ''),
         auth.uid()
  from public.workflow_versions v
  where v.workflow_id = p_workflow and v.kind = 'published'
  returning * into v_version;
  perform private.set_live_version(p_workflow, v_version.id);
  return v_version;
end
$$;
grant execute on function public.publish_version(uuid, jsonb, text) to authenticated;

-- Pauses: triggers stop starting executions; the version stays.
create function public.pause_workflow(p_workflow uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.workspace_of_workflow(p_workflow, 'editor');
  perform private.set_live_version(p_workflow, null);
end
$$;
grant execute on function public.pause_workflow(uuid) to authenticated;

-- Puts the newest published version live again.
create function public.resume_workflow(p_workflow uuid) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_version uuid;
begin
  perform private.workspace_of_workflow(p_workflow, 'editor');
  select w.latest_version_id into v_version from public.workflows w where w.id = p_workflow;
  if v_version is null then
    raise exception 'This workflow was never published. Publish it first.' using errcode = '22023';
  end if;
  perform private.set_live_version(p_workflow, v_version);
end
$$;
grant execute on function public.resume_workflow(uuid) to authenticated;

-- An archived or deleted workflow starts nothing.
create function private.stop_retired_workflow() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if (new.archived_at is not null or new.deleted_at is not null) and new.live_version_id is not null then
    new.live_version_id := null;
    delete from public.triggers t where t.workflow_id = new.id;
  end if;
  return new;
end
$$;
create trigger workflows_stop_retired before update of archived_at, deleted_at on public.workflows
  for each row execute function private.stop_retired_workflow();
