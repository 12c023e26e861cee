-- Foreign keys whose look-ups read whole tables: deleting a version, a pipeline or an account asked every row.

-- Deleting an account clears who made what. Most records are made by workflows, and nobody.
create index workspaces_by_creator on public.workspaces (created_by);
create index workflows_by_owner on public.workflows (owner);
create index workflow_versions_by_creator on public.workflow_versions (created_by);
create index pipelines_by_creator on public.pipelines (created_by);
create index records_by_creator on public.records (created_by) where created_by is not null;

-- Deleting a workflow deletes its versions, each of which might be live, or have triggers.
create index workflows_by_live_version on public.workflows (live_version_id);
create index workflows_by_latest_version on public.workflows (latest_version_id);
create index triggers_by_version on public.triggers (version_id);

-- Deleting a pipeline deletes its records, those in the bin as well.
drop index public.records_by_workspace;
create index records_by_workspace on public.records (workspace_id, pipeline_id);

-- Deleting a workspace deletes its secrets.
create index webhook_secrets_by_workspace on private.webhook_secrets (workspace_id);
