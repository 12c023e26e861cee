-- The workspace's own data: pipelines (tables), their fields, and records (rows).

create type public.field_type as enum ('text', 'number', 'date', 'boolean', 'select', 'email');

create table public.pipelines (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  name text not null check (length(btrim(name)) between 1 and 80),
  created_by uuid references public.profiles (user_id) on delete set null default auth.uid(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id)
);
create trigger pipelines_touch before update on public.pipelines
  for each row execute function private.touch_updated_at();

create table public.pipeline_fields (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null,
  pipeline_id uuid not null,
  -- The name in record data and templates; fixed once made.
  key text not null check (key ~ '^[a-z][a-z0-9_]{0,62}$'),
  title text not null check (length(btrim(title)) between 1 and 80),
  type public.field_type not null,
  -- Choices of a select field.
  options text[] not null default '{}',
  required boolean not null default false,
  position double precision not null default 0,
  foreign key (workspace_id, pipeline_id) references public.pipelines (workspace_id, id) on delete cascade,
  unique (pipeline_id, key)
);
create index pipeline_fields_by_workspace on public.pipeline_fields (workspace_id, pipeline_id);

create table public.records (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null,
  pipeline_id uuid not null,
  data jsonb not null default '{}' check (jsonb_typeof(data) = 'object'),
  created_by uuid references public.profiles (user_id) on delete set null default auth.uid(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- In the bin.
  deleted_at timestamptz,
  foreign key (workspace_id, pipeline_id) references public.pipelines (workspace_id, id) on delete cascade
);
create index records_by_pipeline on public.records (pipeline_id, created_at desc) where deleted_at is null;
create index records_by_workspace on public.records (workspace_id);
create trigger records_touch before update on public.records
  for each row execute function private.touch_updated_at();

-- Why a value doesn't fit a field, as a sentence; empty when it fits.
create function private.field_problem(p_field public.pipeline_fields, p_value jsonb) returns text
language plpgsql immutable
set search_path = ''
as $$
declare
  v_text text := p_value #>> '{}';
begin
  if p_value is null or jsonb_typeof(p_value) = 'null' or v_text = '' then
    return case when p_field.required then format('"%s" is required.', p_field.title) end;
  end if;
  return case p_field.type
    when 'text' then case when jsonb_typeof(p_value) <> 'string' then format('"%s" must be text.', p_field.title) end
    when 'number' then case when jsonb_typeof(p_value) <> 'number' then format('"%s" must be a number.', p_field.title) end
    when 'boolean' then case when jsonb_typeof(p_value) <> 'boolean' then format('"%s" must be yes or no.', p_field.title) end
    when 'date' then
      case when v_text !~ '^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$' or not pg_catalog.pg_input_is_valid(v_text, 'date')
        then format('"%s" must be a date like 2026-11-23.', p_field.title) end
    when 'select' then
      case when not v_text = any (p_field.options)
        then format('"%s" must be one of: %s.', p_field.title, array_to_string(p_field.options, ', ')) end
    when 'email' then
      case when v_text !~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'
        then format('"%s" must be an e-mail address.', p_field.title) end
  end;
end
$$;

-- Refuses record data that doesn't fit the pipeline's fields, whoever writes it: people, the API or a node.
create function private.check_record() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_problem text;
  v_unknown text;
begin
  select k into v_unknown
  from jsonb_object_keys(new.data) as k
  where not exists (
    select from public.pipeline_fields f where f.pipeline_id = new.pipeline_id and f.key = k
  )
  limit 1;
  if v_unknown is not null then
    raise exception 'This pipeline has no field called "%".', v_unknown
      using errcode = '23514', column = v_unknown;
  end if;
  for v_problem, v_unknown in
    select private.field_problem(f, new.data -> f.key), f.key
    from public.pipeline_fields f
    where f.pipeline_id = new.pipeline_id
    order by f.position
  loop
    if v_problem is not null then
      raise exception '%', v_problem using errcode = '23514', column = v_unknown;
    end if;
  end loop;
  return new;
end
$$;
create trigger records_check before insert or update of data, pipeline_id on public.records
  for each row execute function private.check_record();

alter table public.pipelines enable row level security;
alter table public.pipelines force row level security;
alter table public.pipeline_fields enable row level security;
alter table public.pipeline_fields force row level security;
alter table public.records enable row level security;
alter table public.records force row level security;

grant select, insert (id, workspace_id, name), update (name), delete on public.pipelines to authenticated;
grant select, insert (id, workspace_id, pipeline_id, key, title, type, options, required, position),
  update (title, options, required, position), delete on public.pipeline_fields to authenticated;
grant select, insert (id, workspace_id, pipeline_id, data), update (data, deleted_at) on public.records to authenticated;
grant select on public.pipelines, public.pipeline_fields to weft_node;
grant select, insert (id, workspace_id, pipeline_id, data, created_by), update (data, deleted_at) on public.records to weft_node;

-- Every member sees pipelines and records.
create policy pipelines_select on public.pipelines for select to authenticated
  using (workspace_id in (select private.my_workspaces('viewer')));
create policy pipeline_fields_select on public.pipeline_fields for select to authenticated
  using (workspace_id in (select private.my_workspaces('viewer')));
create policy records_select on public.records for select to authenticated
  using (workspace_id in (select private.my_workspaces('viewer')));
-- Editors shape pipelines: make, rename, delete, and their fields.
create policy pipelines_insert on public.pipelines for insert to authenticated
  with check (workspace_id in (select private.my_workspaces('editor')));
create policy pipelines_update on public.pipelines for update to authenticated
  using (workspace_id in (select private.my_workspaces('editor')))
  with check (workspace_id in (select private.my_workspaces('editor')));
create policy pipelines_delete on public.pipelines for delete to authenticated
  using (workspace_id in (select private.my_workspaces('editor')));
create policy pipeline_fields_insert on public.pipeline_fields for insert to authenticated
  with check (workspace_id in (select private.my_workspaces('editor')));
create policy pipeline_fields_update on public.pipeline_fields for update to authenticated
  using (workspace_id in (select private.my_workspaces('editor')))
  with check (workspace_id in (select private.my_workspaces('editor')));
create policy pipeline_fields_delete on public.pipeline_fields for delete to authenticated
  using (workspace_id in (select private.my_workspaces('editor')));
-- Operators work with the data: add and change records, and move them to the bin and back.
create policy records_insert on public.records for insert to authenticated
  with check (workspace_id in (select private.my_workspaces('operator')));
create policy records_update on public.records for update to authenticated
  using (workspace_id in (select private.my_workspaces('operator')))
  with check (workspace_id in (select private.my_workspaces('operator')));
-- A node sees and changes the one workspace that its execution belongs to.
create policy pipelines_node on public.pipelines for select to weft_node
  using (workspace_id = (select private.current_workspace()));
create policy pipeline_fields_node on public.pipeline_fields for select to weft_node
  using (workspace_id = (select private.current_workspace()));
create policy records_node on public.records for all to weft_node
  using (workspace_id = (select private.current_workspace()))
  with check (workspace_id = (select private.current_workspace()));
