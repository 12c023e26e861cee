-- Runs after the tables of auth exist: they belong to the auth server; migrations may refer to them and add triggers.
do $$
declare
  v_table regclass;
begin
  for v_table in
    select c.oid::regclass from pg_class c where c.relnamespace = 'auth'::regnamespace and c.relkind in ('r', 'p')
  loop
    execute format('alter table %s owner to supabase_auth_admin', v_table);
    execute format('alter table %s enable row level security', v_table);
  end loop;
end
$$;
grant all on all tables in schema auth to postgres;
grant select, insert, update, delete on all tables in schema auth to service_role;
alter role supabase_auth_admin set search_path = auth;
