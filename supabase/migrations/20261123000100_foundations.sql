-- Roles, schemas and default privileges that everything later is built on.

-- Tables and functions are closed until a grant is written out: hosted projects open new ones to the API roles by default.
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;
alter default privileges revoke execute on functions from public;

-- Functions that policies and triggers call. Not exposed by the API.
create schema private;

-- Partitions of executions and steps. Not exposed: a partition reached directly would not be under its parent's policies.
create schema partitions;

do $$
begin
  -- The engine's connection: reads definitions, writes executions and steps of all workspaces, but no tenant data.
  if not exists (select from pg_roles where rolname = 'weft_engine') then
    create role weft_engine nologin noinherit nobypassrls;
  end if;
  -- What a node acts as: sees one workspace's data, the one set for the transaction.
  if not exists (select from pg_roles where rolname = 'weft_node') then
    create role weft_node nologin noinherit nobypassrls;
  end if;
  -- The app server's connection: drafts of the co-editing server.
  if not exists (select from pg_roles where rolname = 'weft_app') then
    create role weft_app nologin noinherit nobypassrls;
  end if;
end
$$;

grant weft_node to weft_engine with inherit false, set true;

grant usage on schema private to authenticated, weft_engine, weft_node, weft_app;
grant usage on schema public to anon, authenticated, service_role, weft_engine, weft_node, weft_app;

-- The workspace that a transaction works for; set by the engine before a node touches tenant data.
create function private.current_workspace() returns uuid
language sql stable
set search_path = ''
as $$
  select nullif(current_setting('weft.workspace_id', true), '')::uuid
$$;
grant execute on function private.current_workspace() to weft_engine, weft_node;

create function private.touch_updated_at() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;
