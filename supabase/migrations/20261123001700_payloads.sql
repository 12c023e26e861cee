-- Large values (what a trigger brought, what steps got and gave), stored once beside the rows that name them. Rows stay
-- small: lists, broadcasts and claims of many don't drag megabytes along that nobody looks at.

create table public.execution_payloads (
  execution_id uuid not null,
  workspace_id uuid not null,
  -- A hash of the content: what a step passes on unchanged is kept once.
  key text not null,
  value jsonb not null,
  created_at timestamptz not null default now(),
  primary key (execution_id, key)
) partition by range (execution_id);
comment on table public.execution_payloads is
  'A row that holds {"weft:payload": "<key>", "size": <characters>} instead of a value means the one that is here.';

-- Makes the daily partitions of a span of days; those that exist stay.
create or replace function private.ensure_partitions(p_from date, p_to date) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  v_day date;
  v_parent text;
  v_name text;
begin
  for v_day in select generate_series(p_from, p_to, interval '1 day')::date loop
    foreach v_parent in array array['executions', 'execution_steps', 'execution_payloads'] loop
      v_name := v_parent || '_' || to_char(v_day, 'YYYYMMDD');
      if to_regclass('partitions.' || v_name) is null then
        execute format(
          'create table partitions.%I partition of public.%I for values from (%L) to (%L)',
          v_name, v_parent,
          private.uuid_v7_floor(v_day::timestamp at time zone 'UTC'),
          private.uuid_v7_floor((v_day + 1)::timestamp at time zone 'UTC')
        );
        execute format('alter table partitions.%I enable row level security', v_name);
        execute format('alter table partitions.%I force row level security', v_name);
      end if;
    end loop;
  end loop;
end
$$;
-- Every day that has a partition of executions gets one of payloads.
select private.ensure_partitions(to_date(right(c.relname, 8), 'YYYYMMDD'), to_date(right(c.relname, 8), 'YYYYMMDD'))
from pg_catalog.pg_class c
where c.relnamespace = 'partitions'::regnamespace
  and c.relname ~ '^executions_\d{8}$'
  and c.relkind = 'r';

create table partitions.execution_payloads_default partition of public.execution_payloads default;
alter table partitions.execution_payloads_default enable row level security;
alter table partitions.execution_payloads_default force row level security;

alter table public.execution_payloads enable row level security;
alter table public.execution_payloads force row level security;
grant select on public.execution_payloads to authenticated;
grant select, insert on public.execution_payloads to weft_engine;
-- Members see their workspace's payloads, as they see the rows that name them; nobody writes them through the API.
create policy execution_payloads_select on public.execution_payloads for select to authenticated
  using (workspace_id in (select private.my_workspaces('viewer')));
-- The engine writes and reads the payloads of all workspaces.
create policy execution_payloads_engine on public.execution_payloads for all to weft_engine
  using (true) with check (true);

-- Stores payloads, in the statement that writes the rows which name them. One that is there already is the same.
-- Workspaces come from the execution's row where the writer only holds its lease. Answers with one row, always.
create function private.store_payloads(p_payloads jsonb) returns void
language sql
set search_path = ''
as $$
  insert into public.execution_payloads (execution_id, workspace_id, key, value)
  select p.execution_id, coalesce(p.workspace_id, e.workspace_id), p.key, p.value
  from jsonb_to_recordset(p_payloads) as p (execution_id uuid, workspace_id uuid, key text, value jsonb)
  left join public.executions e on p.workspace_id is null and e.id = p.execution_id
  where coalesce(p.workspace_id, e.workspace_id) is not null
  on conflict (execution_id, key) do nothing
$$;
grant execute on function private.store_payloads(jsonb) to weft_engine;
