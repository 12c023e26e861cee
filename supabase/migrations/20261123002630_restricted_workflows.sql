-- A workflow can be for some members only: nobody else of the workspace sees it, its versions, its executions or what
-- they hold. Admins and owners see everything, always.

alter table public.workflows
  -- Only for the people in workflow_people, besides admins and owners.
  -- squawk-ignore adding-field-with-default
  add column is_restricted boolean not null default false;
-- What may be hidden from somebody: few, where there's any.
create index workflows_restricted on public.workflows (workspace_id) where is_restricted;

create table public.workflow_people (
  workspace_id uuid not null,
  workflow_id uuid not null,
  user_id uuid not null,
  primary key (workflow_id, user_id),
  foreign key (workspace_id, workflow_id) references public.workflows (workspace_id, id) on delete cascade,
  -- Who leaves the workspace leaves its lists.
  foreign key (workspace_id, user_id) references public.members (workspace_id, user_id) on delete cascade
);
create index workflow_people_by_person on public.workflow_people (workspace_id, user_id);

alter table public.workflow_people enable row level security;
alter table public.workflow_people force row level security;
grant select on public.workflow_people to authenticated;

-- The workflows that are kept from a person who belongs to their workspace; none for most people.
create function private.workflows_hidden_from(p_person uuid) returns uuid[]
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return array(
    select w.id
    from public.members m
    join public.workflows w on w.workspace_id = m.workspace_id and w.is_restricted
    where m.user_id = p_person
      and m.role < 'admin'
      and not exists (
        select from public.workflow_people p where p.workflow_id = w.id and p.user_id = m.user_id
      )
  );
end
$$;
grant execute on function private.workflows_hidden_from(uuid) to weft_engine;

-- The same of whoever asks. Wrapped in a sub-select by policies, it runs once per statement: so it says for itself what
-- the function above says, and goes along the indexes, whatever the planner thinks of tables that are new (15 µs instead
-- of 36).
create function private.hidden_workflow_ids() returns uuid[]
language plpgsql stable security definer
set search_path = ''
set enable_seqscan = off
as $$
begin
  return array(
    select w.id
    from public.workflows w
    join public.members m
      on m.workspace_id = w.workspace_id and m.user_id = (select auth.uid()) and m.role < 'admin'
    where w.is_restricted
      and not exists (
        select from public.workflow_people p where p.workflow_id = w.id and p.user_id = m.user_id
      )
  );
end
$$;
grant execute on function private.hidden_workflow_ids() to authenticated;

-- Whether an execution is there and not of one of these workflows: for rows that name an execution, and not its workflow.
-- Asked only where something is hidden at all.
create function private.is_execution_of_others(p_execution uuid, p_hidden uuid[]) returns boolean
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return exists (
    select from public.executions e where e.id = p_execution and e.workflow_id <> all (p_hidden)
  );
end
$$;
grant execute on function private.is_execution_of_others(uuid, uuid[]) to authenticated;

-- Members see the workspace's workflows, but for those that are kept from them.
alter policy workflows_select on public.workflows
  using (
    workspace_id in (select private.my_workspaces('viewer'))
    and id <> all ((select private.hidden_workflow_ids())::uuid[])
  );
-- Editors change the workflows that they see.
alter policy workflows_update on public.workflows
  using (
    workspace_id in (select private.my_workspaces('editor'))
    and id <> all ((select private.hidden_workflow_ids())::uuid[])
  )
  with check (workspace_id in (select private.my_workspaces('editor')));
alter policy workflow_versions_select on public.workflow_versions
  using (
    workspace_id in (select private.my_workspaces('viewer'))
    and workflow_id <> all ((select private.hidden_workflow_ids())::uuid[])
  );
alter policy triggers_select on public.triggers
  using (
    workspace_id in (select private.my_workspaces('viewer'))
    and workflow_id <> all ((select private.hidden_workflow_ids())::uuid[])
  );
alter policy webhook_endpoints_select on public.webhook_endpoints
  using (
    workspace_id in (select private.my_workspaces('editor'))
    and workflow_id <> all ((select private.hidden_workflow_ids())::uuid[])
  );
-- Who may see a workflow sees for whom it is.
create policy workflow_people_select on public.workflow_people for select to authenticated
  using (
    workspace_id in (select private.my_workspaces('viewer'))
    and workflow_id <> all ((select private.hidden_workflow_ids())::uuid[])
  );
-- As "is not among": of that the planner expects that it leaves nearly all rows, as it does, and goes on reading the
-- newest first along an index. Of "<> all" it expects few where there are few workflows.
alter policy executions_select on public.executions
  using (
    workspace_id = any ((select private.my_workspace_ids('viewer'))::uuid[])
    and not (array[workflow_id] <@ (select private.hidden_workflow_ids()))
  );
-- Steps, payloads and waits are seen with their execution.
alter policy execution_steps_select on public.execution_steps
  using (
    workspace_id = any ((select private.my_workspace_ids('viewer'))::uuid[])
    and case
      when (select private.hidden_workflow_ids()) = '{}' then true
      else private.is_execution_of_others(execution_id, (select private.hidden_workflow_ids()))
    end
  );
alter policy execution_payloads_select on public.execution_payloads
  using (
    workspace_id = any ((select private.my_workspace_ids('viewer'))::uuid[])
    and case
      when (select private.hidden_workflow_ids()) = '{}' then true
      else private.is_execution_of_others(execution_id, (select private.hidden_workflow_ids()))
    end
  );
alter policy execution_waits_select on public.execution_waits
  using (
    workspace_id in (select private.my_workspaces('viewer'))
    and case
      when (select private.hidden_workflow_ids()) = '{}' then true
      else private.is_execution_of_others(execution_id, (select private.hidden_workflow_ids()))
    end
  );

-- The workspace of a workflow that the caller may see and in which they have at least this role; an error otherwise.
create or replace function private.workspace_of_workflow(p_workflow uuid, p_least public.member_role) returns uuid
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
    and w.workspace_id in (select private.my_workspaces(p_least))
    and w.id <> all ((select private.hidden_workflow_ids())::uuid[]);
  if v_workspace is null then
    raise exception 'There is no such workflow, or your role does not allow this.' using errcode = '42501';
  end if;
  return v_workspace;
end
$$;

-- The workspace of an execution that the caller may see and operate; an error in plain words otherwise.
create or replace function private.workspace_of_execution(p_execution uuid) returns uuid
language plpgsql stable security definer
set search_path = ''
as $$
declare
  v_workspace uuid;
begin
  select e.workspace_id into v_workspace
  from public.executions e
  where e.id = p_execution
    and e.workspace_id in (select private.my_workspaces('operator'))
    and e.workflow_id <> all ((select private.hidden_workflow_ids())::uuid[]);
  if v_workspace is null then
    raise exception 'There is no such execution, or your role does not allow this.' using errcode = '42501';
  end if;
  return v_workspace;
end
$$;

-- Says who may see a workflow, besides admins and owners: these members, or (null) everybody in the workspace again.
-- Whoever may edit it and sees it decides. An editor who forgets themselves stays on the list.
create function public.restrict_workflow(p_workflow uuid, p_people uuid[]) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_workspace uuid := private.workspace_of_workflow(p_workflow, 'viewer');
  v_people uuid[];
  v_names jsonb;
begin
  -- Asked under the lock: somebody may have been taken off the list meanwhile.
  perform private.lock_workspace(v_workspace, 'viewer');
  perform private.workspace_of_workflow(p_workflow, 'editor');
  select array_agg(m.user_id), jsonb_agg(p.display_name order by p.display_name) into v_people, v_names
  from public.members m
  join public.profiles p on p.user_id = m.user_id
  where m.workspace_id = v_workspace
    and (m.user_id = any (p_people) or (m.user_id = auth.uid() and m.role < 'admin'));
  if exists (select from unnest(p_people) as asked (id) where asked.id is null or asked.id <> all (coalesce(v_people, '{}'))) then
    raise exception 'Only members of the workspace can be put on the list.' using errcode = '22023';
  end if;

  delete from public.workflow_people p
  where p.workflow_id = p_workflow
    and (p_people is null or p.user_id <> all (coalesce(v_people, '{}')));
  if p_people is not null then
    insert into public.workflow_people (workspace_id, workflow_id, user_id)
    select v_workspace, p_workflow, person
    from unnest(v_people) as person
    on conflict do nothing;
  end if;
  update public.workflows w
  set is_restricted = p_people is not null
  where w.id = p_workflow and w.is_restricted <> (p_people is not null);
  perform private.record_audit(
    v_workspace,
    case when p_people is null then 'workflow.opened' else 'workflow.restricted' end,
    'workflow', p_workflow::text,
    jsonb_build_object('name', w.name)
      || case when p_people is null then '{}' else jsonb_build_object('people', coalesce(v_names, '[]')) end
  )
  from public.workflows w
  where w.id = p_workflow;
end
$$;
grant execute on function public.restrict_workflow(uuid, uuid[]) to authenticated;
