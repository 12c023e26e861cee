-- What a workflow is looked at with while it's built: one sample per trigger, the same for everybody who builds it.

create table public.workflow_samples (
  workspace_id uuid not null,
  workflow_id uuid not null,
  node_id text not null check (length(node_id) between 1 and 64),
  -- Where it comes from; empty while nothing was chosen: then the newest execution serves.
  kind text check (kind in ('execution', 'webhook', 'record', 'typed')),
  -- Of an execution only its id is kept: what it holds stays where it is, for as long as it's kept there.
  execution_id uuid check ((execution_id is not null) = (kind is not null and kind = 'execution')),
  -- What the trigger gives out, of all other kinds.
  data jsonb check (octet_length(data::text) <= 2097152),
  -- What people read of it, e.g. the record's name.
  label text not null default '' check (length(label) <= 200),
  chosen_by uuid references public.profiles (user_id) on delete set null,
  chosen_at timestamptz not null default now(),
  -- Until then, what arrives at the trigger's address becomes the sample.
  listening_until timestamptz,
  primary key (workflow_id, node_id),
  foreign key (workspace_id, workflow_id) references public.workflows (workspace_id, id) on delete cascade
);
create index workflow_samples_by_workspace on public.workflow_samples (workspace_id, workflow_id);
create index workflow_samples_by_person on public.workflow_samples (chosen_by);

alter table public.workflow_samples enable row level security;
alter table public.workflow_samples force row level security;
grant select on public.workflow_samples to authenticated;

-- Whoever sees a workflow sees what it's looked at with. Nobody writes it but the functions below.
create policy workflow_samples_select on public.workflow_samples for select to authenticated
  using (
    workspace_id in (select private.my_workspaces('viewer'))
    and workflow_id <> all ((select private.hidden_workflow_ids())::uuid[])
  );

-- Chooses what a trigger is looked at with; without a kind, the newest execution serves again. For editors.
create function public.choose_sample(
  p_workflow uuid,
  p_node text,
  p_kind text default null,
  p_execution uuid default null,
  p_data jsonb default null,
  p_label text default ''
) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_workspace uuid := private.workspace_of_workflow(p_workflow, 'editor');
begin
  if p_execution is not null and not exists (
    select from public.executions e where e.id = p_execution and e.workflow_id = p_workflow
  ) then
    raise exception 'There is no such execution of this workflow.' using errcode = '42501';
  end if;
  if octet_length(p_data::text) > 2097152 then
    raise exception 'This sample is too large. A sample may have two megabytes at most.' using errcode = '22023';
  end if;
  insert into public.workflow_samples as s
    (workspace_id, workflow_id, node_id, kind, execution_id, data, label, chosen_by)
  values
    (v_workspace, p_workflow, p_node, p_kind, p_execution, p_data, left(p_label, 200), auth.uid())
  on conflict (workflow_id, node_id) do update
  set kind = excluded.kind, execution_id = excluded.execution_id, data = excluded.data, label = excluded.label,
      chosen_by = excluded.chosen_by, chosen_at = now(), listening_until = null;
end
$$;
grant execute on function public.choose_sample(uuid, text, text, uuid, jsonb, text) to authenticated;

-- For ten minutes, what arrives at the trigger's address becomes its sample; or no longer. For editors.
create function public.listen_for_sample(p_workflow uuid, p_node text, p_on boolean) returns timestamptz
language plpgsql security definer
set search_path = ''
as $$
declare
  v_workspace uuid := private.workspace_of_workflow(p_workflow, 'editor');
  v_until timestamptz := case when p_on then now() + interval '10 minutes' end;
begin
  insert into public.workflow_samples as s (workspace_id, workflow_id, node_id, chosen_by, listening_until)
  values (v_workspace, p_workflow, p_node, auth.uid(), v_until)
  on conflict (workflow_id, node_id) do update set listening_until = excluded.listening_until;
  return v_until;
end
$$;
grant execute on function public.listen_for_sample(uuid, text, boolean) to authenticated;

-- Whether somebody listens at an address.
create function private.awaits_sample(p_token text) returns boolean
language sql stable security definer
set search_path = ''
as $$
  select exists (
    select from public.webhook_endpoints e
    join public.workflow_samples s on s.workflow_id = e.workflow_id and s.node_id = e.node_id
    join public.workspaces w on w.id = e.workspace_id and w.deleted_at is null
    where e.token = p_token and s.listening_until > now()
  )
$$;
grant execute on function private.awaits_sample(text) to weft_engine;

-- What arrived at an address whose workflow isn't live: kept as the sample if somebody listens for it. One is enough.
create function private.take_sample(p_token text, p_data jsonb) returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  update public.workflow_samples s
  set kind = 'webhook', execution_id = null, data = p_data, label = '', chosen_at = now(), listening_until = null
  from public.webhook_endpoints e
  where e.token = p_token
    and s.workflow_id = e.workflow_id
    and s.node_id = e.node_id
    and s.listening_until > now();
  return found;
end
$$;
grant execute on function private.take_sample(text, jsonb) to weft_engine;

-- Everybody who builds it hears of another sample; what it holds is fetched.
create function private.broadcast_sample() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if private.is_watched('workflow:' || new.workflow_id) then
    perform realtime.send(
      jsonb_build_object('node_id', new.node_id, 'kind', new.kind, 'listening_until', new.listening_until),
      'sample', 'workflow:' || new.workflow_id, true
    );
  end if;
  return null;
end
$$;
create trigger workflow_samples_broadcast after insert or update on public.workflow_samples
  for each row execute function private.broadcast_sample();
