-- Retention: a day that is over is dropped as a whole, however many executions it had; only what is still open moves on.

-- All that wait, also those that no time wakes: so that a day's open executions are found without reading the day.
-- (An index of a partitioned table can't be made or dropped while writes go on.)
-- squawk-ignore require-concurrent-index-deletion
drop index public.executions_waiting;
-- squawk-ignore require-concurrent-index-creation
create index executions_waiting on public.executions (wake_at) where status = 'waiting';

-- The days before one that still have partitions, oldest first.
create function private.days_before(p_before date) returns setof date
language sql stable security definer
set search_path = ''
as $$
  select d.day
  from pg_catalog.pg_class c
  cross join lateral (select to_date(right(c.relname, 8), 'YYYYMMDD') as day) d
  where c.relnamespace = 'partitions'::regnamespace
    and c.relname ~ '^executions_\d{8}$'
    and c.relkind = 'r'
    and d.day < p_before
  order by d.day
$$;
grant execute on function private.days_before(date) to weft_engine;

-- The executions of a day's partition that aren't over, by the indexes of open ones: each has a status of its own.
create function private.open_executions(p_partition text) returns uuid[]
language plpgsql
set search_path = ''
set enable_seqscan = off
as $$
declare
  v_open uuid[];
begin
  execute format(
    $sql$
      select array(
        select id from partitions.%1$I where status = 'running'
        union all
        select id from partitions.%1$I where status = 'queued' and held
        union all
        select id from partitions.%1$I where status = 'queued' and not held
        union all
        select id from partitions.%1$I where status = 'waiting'
      )
    $sql$,
    p_partition
  ) into v_open;
  return v_open;
end
$$;

-- Takes one day out of a table: the rows of `p_kept` go to the default partition, all others are gone.
create function private.drop_partition(p_parent text, p_id text, p_day date, p_kept uuid[]) returns void
language plpgsql
set search_path = ''
set enable_seqscan = off
as $$
declare
  v_name text := p_parent || '_' || to_char(p_day, 'YYYYMMDD');
  v_columns text;
begin
  if to_regclass('partitions.' || v_name) is null then
    return;
  end if;
  -- By name: a partition's columns may stand in another order than its parent's.
  select string_agg(format('%I', a.attname), ', ' order by a.attnum) into v_columns
  from pg_catalog.pg_attribute a
  where a.attrelid = ('public.' || p_parent)::regclass and a.attnum > 0 and not a.attisdropped;
  execute format('alter table public.%I detach partition partitions.%I', p_parent, v_name);
  -- Straight into the partition: the parent's triggers would tell whoever watches.
  execute format(
    'insert into partitions.%1$I (%2$s) select %2$s from partitions.%3$I where %4$I = any ($1)',
    p_parent || '_default', v_columns, v_name, p_id
  ) using p_kept;
  execute format('drop table partitions.%I', v_name);
end
$$;

-- Drops a day's executions with their steps and payloads. Those that are still open move into the default partition,
-- where every look-up finds them as before; nobody is told of it, as nothing has happened to them.
--
-- Detaching needs the tables for itself for as long as finding and moving the open ones takes: milliseconds. It asks for
-- them for a tenth of a second at most, as whoever comes after us waits behind us. The files are removed after the
-- commit, when everybody is let in again.
--
-- False when it couldn't be now: somebody was at the tables for longer, or too many are open to be moved in a moment.
-- Ask again later.
create function private.drop_day(p_day date) returns boolean
language plpgsql security definer
set search_path = ''
set lock_timeout = '100ms'
as $$
declare
  c_most_kept constant integer := 10000;
  v_partition text := 'executions_' || to_char(p_day, 'YYYYMMDD');
  v_open uuid[];
begin
  if p_day >= (now() at time zone 'UTC')::date then
    raise exception 'Only days that are over can be dropped.' using errcode = '22023';
  end if;
  if to_regclass('partitions.' || v_partition) is null
    or cardinality(private.open_executions(v_partition)) > c_most_kept
  then
    return false;
  end if;
  -- In the order in which the engine writes them.
  lock table only public.executions, only public.execution_steps, only public.execution_payloads
    in access exclusive mode;
  -- Somebody else may have dropped it while we waited.
  if to_regclass('partitions.' || v_partition) is null then
    return false;
  end if;
  v_open := private.open_executions(v_partition);
  -- Whatever the others still waited for when they ended, they don't any more.
  delete from public.execution_waits w
  where w.execution_id >= private.uuid_v7_floor(p_day::timestamp at time zone 'UTC')
    and w.execution_id < private.uuid_v7_floor((p_day + 1)::timestamp at time zone 'UTC')
    and w.execution_id <> all (v_open);
  perform private.drop_partition('executions', 'id', p_day, v_open);
  perform private.drop_partition('execution_steps', 'execution_id', p_day, v_open);
  perform private.drop_partition('execution_payloads', 'execution_id', p_day, v_open);
  return true;
exception when lock_not_available then
  return false;
end
$$;
grant execute on function private.drop_day(date) to weft_engine;

-- Removes what has moved into the default partitions and has been over for longer than that. Few, as few executions
-- outlive their day; at most a thousand at once. Answers with how many.
create function private.clear_old(p_before timestamptz) returns integer
language plpgsql security definer
set search_path = ''
as $$
declare
  v_over uuid[];
begin
  select array(
    select e.id
    from partitions.executions_default e
    where e.id < private.uuid_v7_floor(p_before)
      and e.finished_at < p_before
    order by e.id
    limit 1000
    for update skip locked
  ) into v_over;
  delete from partitions.execution_payloads_default where execution_id = any (v_over);
  delete from partitions.execution_steps_default where execution_id = any (v_over);
  delete from public.execution_waits where execution_id = any (v_over);
  delete from partitions.executions_default where id = any (v_over);
  return cardinality(v_over);
end
$$;
grant execute on function private.clear_old(timestamptz) to weft_engine;
