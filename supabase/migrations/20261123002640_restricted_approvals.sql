-- Approvals of workflows that are for some members only. What is asked of a person by name reaches them, whether or not
-- they may see the workflow: they see the question, what is said to it and nothing else of the execution. What is asked
-- of a role is asked of those who have the role and may see the workflow.

-- Kept when the execution is dropped, and with it who may see the approval. Filled by the database alone.
alter table public.approvals add column workflow_id uuid;
update public.approvals a
set workflow_id = e.workflow_id
from public.executions e
where e.id = a.execution_id;

create function private.name_workflow_of_approval() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  select e.workflow_id into new.workflow_id from public.executions e where e.id = new.execution_id;
  return new;
end
$$;
create trigger approvals_name_workflow before insert on public.approvals
  for each row execute function private.name_workflow_of_approval();

-- Members see what is asked in their workspaces, also of others; of workflows that are kept from them, what they are
-- asked themselves. (One whose workflow nobody knows any more is seen by those from whom nothing is kept.)
alter policy approvals_select on public.approvals
  using (
    workspace_id in (select private.my_workspaces('viewer'))
    and (
      workflow_id <> all ((select private.hidden_workflow_ids())::uuid[])
      or (select auth.uid()) = any (asked_people)
    )
  );
-- Decisions and e-mails are seen with their approval.
alter policy approval_decisions_select on public.approval_decisions
  using (
    workspace_id in (select private.my_workspaces('viewer'))
    and case
      when (select private.hidden_workflow_ids()) = '{}' then true
      else exists (select from public.approvals a where a.id = approval_id)
    end
  );
alter policy approval_mails_select on public.approval_mails
  using (
    workspace_id in (select private.my_workspaces('viewer'))
    and case
      when (select private.hidden_workflow_ids()) = '{}' then true
      else exists (select from public.approvals a where a.id = approval_id)
    end
  );

-- As before; of those who are asked by their role, who may see the workflow; and nobody when the workspace is deleted.
create or replace function private.asked_for_approval(p_approval public.approvals) returns setof uuid
language sql stable
set search_path = ''
as $$
  with present as (
    select m.user_id, m.role
    from public.members m
    join public.workspaces s on s.id = m.workspace_id and s.deleted_at is null
    where m.workspace_id = p_approval.workspace_id
  ), asked as (
    select m.user_id
    from present m
    where m.user_id = any (p_approval.asked_people)
       or (
         m.role >= p_approval.asked_role
         and not coalesce(p_approval.workflow_id = any (private.workflows_hidden_from(m.user_id)), false)
       )
  )
  select a.user_id from asked a
  union all
  select m.user_id
  from present m
  where m.role = 'owner'
    and not exists (select from asked)
$$;
