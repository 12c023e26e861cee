-- Workflows that keep their executions for a shorter time than all others. Days are dropped for the longest; what such a
-- workflow has left in days that stay is removed in small parts.

-- For how many days a version's settings keep what is over; empty for most. Versions are few and small: writing them anew
-- takes no time.
alter table public.workflow_versions
  -- squawk-ignore adding-field-with-default
  add column retention_days integer generated always as ((definition #>> '{settings,retentionDays}')::integer) stored;
-- The few that keep less.
-- squawk-ignore require-concurrent-index-creation
create index workflow_versions_retention on public.workflow_versions (workflow_id) where retention_days is not null;

-- Removes executions that have been over for longer than their workflow keeps them, at most so many; with their steps and
-- payloads. The settings that count are those of the live version, or of the last one that was. Answers with how many.
--
-- By the index executions_by_workflow, oldest first: for each workflow it reads what is removed, and before that only what
-- is older and still open (few, as few executions take so long). Ids begin with the time, so that of the partitions only
-- those are looked at that can have something.
create function private.clear_short_lived(p_most integer) returns integer
language plpgsql security definer
set search_path = ''
as $$
declare
  v_kept record;
  v_before timestamptz;
  v_over uuid[];
  v_cleared integer := 0;
begin
  for v_kept in
    select w.id as workflow, v.retention_days as days
    from public.workflow_versions v
    join public.workflows w on w.id = v.workflow_id and coalesce(w.live_version_id, w.latest_version_id) = v.id
    where v.retention_days is not null
    order by w.id
  loop
    exit when v_cleared >= p_most;
    v_before := now() - v_kept.days * interval '1 day';
    select array(
      select e.id
      from public.executions e
      where e.workflow_id = v_kept.workflow
        and e.id < private.uuid_v7_floor(v_before)
        and e.finished_at < v_before
      order by e.id
      limit p_most - v_cleared
      for update skip locked
    ) into v_over;
    continue when cardinality(v_over) = 0;
    -- The first and the last of them, for the planner: the partitions between.
    delete from public.execution_payloads
    where execution_id = any (v_over) and execution_id between v_over[1] and v_over[cardinality(v_over)];
    delete from public.execution_steps
    where execution_id = any (v_over) and execution_id between v_over[1] and v_over[cardinality(v_over)];
    delete from public.execution_waits
    where execution_id = any (v_over);
    delete from public.executions
    where id = any (v_over) and id between v_over[1] and v_over[cardinality(v_over)];
    v_cleared := v_cleared + cardinality(v_over);
  end loop;
  return v_cleared;
end
$$;
grant execute on function private.clear_short_lived(integer) to weft_engine;
