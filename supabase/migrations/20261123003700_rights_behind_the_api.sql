-- What acts with its owner's rights lies in a schema that the API doesn't serve. The functions of the same names that
-- people call act with the caller's own rights and only hand on what they were given; so nothing that the API serves has
-- more rights than whoever asks (Supabase's advisors 0028 and 0029). Defaults, results and who may call stay as they were.
do $$
declare
  v_function record;
begin
  for v_function in
    select
      p.oid,
      p.proname as name,
      p.oid::regprocedure as signature,
      pg_get_function_arguments(p.oid) as arguments,
      pg_get_function_result(p.oid) as result,
      case p.provolatile when 's' then 'stable' when 'i' then 'immutable' else 'volatile' end as volatility,
      -- A table, or a whole row, is handed on column by column.
      case when p.proretset or t.typtype = 'c' then '* from ' else '' end as columns,
      coalesce((select string_agg('$' || n, ', ' order by n) from generate_series(1, p.pronargs) as n), '') as given,
      (
        select string_agg(quote_ident(r.rolname), ', ')
        from aclexplode(p.proacl) as a
        join pg_roles r on r.oid = a.grantee
        where a.grantee <> p.proowner
      ) as callers
    from pg_proc p
    join pg_type t on t.oid = p.prorettype
    where p.pronamespace = 'public'::regnamespace and p.prosecdef
  loop
    execute format('alter function %s set schema private', v_function.signature);
    execute format(
      'create function public.%I(%s) returns %s language sql %s set search_path = '''' as %L',
      v_function.name, v_function.arguments, v_function.result, v_function.volatility,
      format('select %sprivate.%I(%s)', v_function.columns, v_function.name, v_function.given)
    );
    execute format(
      'grant execute on function public.%I(%s) to %s',
      v_function.name, pg_get_function_identity_arguments(v_function.oid), v_function.callers
    );
  end loop;
end
$$;

-- An invitation is shown to whoever has its link, also before they have an account: the only thing there that they may call.
grant usage on schema private to anon;

-- Every function has a fixed search path: this one too, though it can't be inlined any more; and pg-boss's own, which name
-- their schema wherever they mean it.
create or replace function private.is_awake(p_held boolean, p_paused_at timestamptz, p_paused_until timestamptz) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return not p_held and (p_paused_at is null or p_paused_until <= now());
end
$$;

do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid from pg_proc p where p.pronamespace = 'pgboss'::regnamespace and p.proconfig is null
  loop
    execute format('alter function %s set search_path = ''''', v_function);
  end loop;
end
$$;
