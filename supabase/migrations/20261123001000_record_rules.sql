-- Fields change while records are there already. What a record held before stays until it's edited: only values that
-- change are checked. So a field made required later, or one that was deleted, doesn't lock the records.

create or replace function private.check_record() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  v_before jsonb := case when tg_op = 'UPDATE' then old.data else '{}' end;
  v_problem text;
  v_key text;
begin
  select k into v_key
  from jsonb_object_keys(new.data) as k
  where not v_before ? k
    and not exists (
      select from public.pipeline_fields f where f.pipeline_id = new.pipeline_id and f.key = k
    )
  limit 1;
  if v_key is not null then
    raise exception 'This pipeline has no field called "%".', v_key
      using errcode = '23514', column = v_key;
  end if;
  for v_problem, v_key in
    select private.field_problem(f, new.data -> f.key), f.key
    from public.pipeline_fields f
    where f.pipeline_id = new.pipeline_id
      and (tg_op = 'INSERT' or new.data -> f.key is distinct from v_before -> f.key)
    order by f.position
  loop
    if v_problem is not null then
      raise exception '%', v_problem using errcode = '23514', column = v_key;
    end if;
  end loop;
  return new;
end
$$;

-- Deleting a field deletes its values: a later field of the same key must not find another one's.
create function private.clear_field() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  -- The whole pipeline or workspace goes: its records go with it.
  if pg_catalog.pg_trigger_depth() > 1 then
    return null;
  end if;
  update public.records r
  set data = r.data - gone.keys
  from (select f.pipeline_id, array_agg(f.key) as keys from deleted f group by f.pipeline_id) as gone
  where r.pipeline_id = gone.pipeline_id
    and r.data ?| gone.keys;
  return null;
end
$$;
create trigger pipeline_fields_clear after delete on public.pipeline_fields
  referencing old table as deleted
  for each statement execute function private.clear_field();
