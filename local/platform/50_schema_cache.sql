-- As hosted: the REST API hears of changed tables and functions by itself.
create function extensions.announce_schema_change() returns event_trigger
language plpgsql
as $$
begin
  if exists (
    select from pg_event_trigger_ddl_commands() c where c.schema_name is distinct from 'pg_temp'
  ) then
    notify pgrst, 'reload schema';
  end if;
end
$$;
create event trigger announce_schema_change on ddl_command_end
  when tag in (
    'CREATE TABLE', 'CREATE TABLE AS', 'ALTER TABLE', 'CREATE VIEW', 'ALTER VIEW', 'CREATE FUNCTION', 'ALTER FUNCTION',
    'CREATE TYPE', 'ALTER TYPE', 'COMMENT', 'GRANT', 'REVOKE'
  )
  execute function extensions.announce_schema_change();

create function extensions.announce_schema_drop() returns event_trigger
language plpgsql
as $$
begin
  if exists (
    select from pg_event_trigger_dropped_objects() o
    where o.object_type in ('table', 'view', 'function', 'type', 'table column') and not o.is_temporary
  ) then
    notify pgrst, 'reload schema';
  end if;
end
$$;
create event trigger announce_schema_drop on sql_drop execute function extensions.announce_schema_drop();
