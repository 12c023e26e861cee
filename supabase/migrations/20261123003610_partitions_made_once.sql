-- As before; but two processes that keep house at the same moment don't make the same partition: one of them would fail,
-- and what it had still to do would be left for the next time. Where nothing is missing, as nearly always, nobody waits.
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
      continue when to_regclass('partitions.' || v_name) is not null;
      perform pg_advisory_xact_lock(hashtextextended('weft partitions', 0));
      -- Who had the lock before may have made it. Asked as a table: a name that was unknown once stays so for a while.
      continue when exists (
        select from pg_catalog.pg_class c
        where c.relnamespace = 'partitions'::regnamespace and c.relname = v_name
      );
      execute format(
        'create table partitions.%I partition of public.%I for values from (%L) to (%L)',
        v_name, v_parent,
        private.uuid_v7_floor(v_day::timestamp at time zone 'UTC'),
        private.uuid_v7_floor((v_day + 1)::timestamp at time zone 'UTC')
      );
      execute format('alter table partitions.%I enable row level security', v_name);
      execute format('alter table partitions.%I force row level security', v_name);
    end loop;
  end loop;
end
$$;
