-- What a called workflow gives back shows in the caller's executions: nobody builds a new call to a workflow that is
-- kept from them. One that the published version has already stays, so that a list on one workflow doesn't stop people
-- from working on another.
create function private.check_called_workflows() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_hidden uuid[] := case when auth.uid() is null then '{}' else private.hidden_workflow_ids() end;
  v_title text;
begin
  if v_hidden = '{}' then
    return new;
  end if;
  select coalesce(n.node ->> 'title', '') into v_title
  from jsonb_array_elements(new.definition -> 'nodes') as n (node)
  where n.node -> 'config' ->> 'workflow' = any (v_hidden::text[])
    and not exists (
      select
      from public.workflows w
      join public.workflow_versions v on v.id = w.latest_version_id
      cross join lateral jsonb_array_elements(v.definition -> 'nodes') as o (node)
      where w.id = new.workflow_id
        and o.node -> 'config' ->> 'workflow' = n.node -> 'config' ->> 'workflow'
    )
  limit 1;
  if found then
    raise exception 'The step "%" calls a workflow that you may not see, or that is not there any more. Choose another one.',
      v_title using errcode = '42501';
  end if;
  return new;
end
$$;
create trigger workflow_versions_check_calls before insert on public.workflow_versions
  for each row execute function private.check_called_workflows();
