import type { Client } from 'pg'
import { functionOf, grantedColumns, tableOf, type TableFacts, fill, workOf } from './cells.ts'
import { readCell, sqlRoleOf, sqlRoles } from './identities.ts'
import { foreign, functions, internal, platformFunctions, schemas, tables } from './matrix.ts'
import type { Tenants } from './two-workspaces.ts'

/** Rights as sorted lines of text: "weft_engine select public.executions" or "… update public.triggers (next_fire_at)". */
export type Rights = string[]

/** What the tables of the matrix are like. */
export async function readFacts(db: Client, tenants: Tenants): Promise<Map<string, TableFacts>> {
  const facts = new Map<string, TableFacts>()
  for (const [line, rules] of Object.entries(tables)) {
    const table = tableOf(line)
    if (facts.has(table)) continue
    const { rows } = await db.query<{ name: string }>(
      `select attname as name
       from pg_attribute
       where attrelid = to_regclass($1) and attnum > 0 and not attisdropped
         and attidentity = '' and attgenerated = ''
       order by attname <> 'workspace_id', attnum`,
      [table],
    )
    if (rows.length === 0) continue
    const sample = async (who: 'ann' | 'bob'): Promise<string> => {
      const tenant = tenants[who]
      const where = fill(rules.rows ?? 'workspace_id = $workspace', tenant, tenant.user)
      const found = await db.query<{ row: string }>(
        `select to_jsonb(t)::text as row from ${table} t where ${where} limit 1`,
      )
      if (!found.rows[0]) throw new Error(`two-workspaces.ts makes no row of ${table} (${where})`)
      return found.rows[0].row
    }
    facts.set(table, {
      columns: rows.map((row) => row.name),
      samples: { ann: await sample('ann'), bob: await sample('bob') },
    })
  }
  return facts
}

/** Makes a function in this session that tells what was granted: in the database, to be asked again and again. */
export async function prepareRights(db: Client): Promise<void> {
  await db.query(`
    create function pg_temp.table_rights(p_table text, p_roles text[]) returns setof text
    language sql as $$
      with relation as (
        select c.oid, n.nspname || '.' || c.relname as name
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'm', 'f')
          and case when p_table is null then n.nspname !~ '^(pg_|information_schema$)'
              else c.oid = to_regclass(p_table) end
      )
      select format('%s %s %s', role, verb, name) as line
      from relation, unnest(p_roles) as role, unnest(array['delete', 'truncate', 'trigger', 'references']) as verb
      where has_table_privilege(role, oid, verb)
      union all
      select format('%s %s %s', role, verb, name)
             || case when has_table_privilege(role, oid, verb)
                  then '' else ' (' || string_agg(attname, ' ' order by attname) || ')' end
      from relation
      join pg_attribute a on a.attrelid = oid and a.attnum > 0 and not a.attisdropped,
        unnest(p_roles) as role, unnest(array['select', 'insert', 'update', 'references']) as verb
      where has_column_privilege(role, oid, a.attnum, verb)
        and not (verb = 'references' and has_table_privilege(role, oid, verb))
      group by oid, name, role, verb
    $$;
    create function pg_temp.unnoticed_grants(p_mutations jsonb) returns setof integer
    language plpgsql as $$
    declare
      v_mutation record;
      v_same boolean;
    begin
      for v_mutation in
        select * from jsonb_to_recordset(p_mutations) as m (n integer, sql text, object text, role text, expected text[])
      loop
        begin
          execute v_mutation.sql;
          select coalesce(array_agg(line order by line collate "C"), '{}') = v_mutation.expected into v_same
          from pg_temp.table_rights(v_mutation.object, array[v_mutation.role]) as line;
          raise exception using errcode = 'WEFT0';
        exception when sqlstate 'WEFT0' then
          if v_same then
            return next v_mutation.n;
          end if;
        end;
      end loop;
    end
    $$`)
}

/** What the roles may do by what was granted, as the database says it, on all tables outside of the system's. */
export async function actualTableRights(db: Client): Promise<Rights> {
  const { rows } = await db.query<{ line: string }>(
    'select line from pg_temp.table_rights(null, $1) as line',
    [sqlRoles],
  )
  return rows.map((row) => row.line).sort()
}

/** Which changes of rights on tables the matrix would not notice. */
export async function unnoticedGrants(
  db: Client,
  mutations: { sql: string; object: string; role?: string }[],
  facts: Map<string, TableFacts>,
): Promise<number[]> {
  const asked = mutations.map(({ sql, object, role = '' }, n) => ({
    ...{ n, sql, object, role },
    expected: expectedTableRights(facts, object, [role]),
  }))
  const { rows } = await db.query<{ n: number }>(
    'select n from pg_temp.unnoticed_grants($1) as n',
    [JSON.stringify(asked)],
  )
  return rows.map((row) => row.n)
}

/** What the matrix says that was granted on its tables. */
export function expectedTableRights(
  facts: Map<string, TableFacts>,
  only?: string,
  roles = sqlRoles,
): Rights {
  const rights: Rights = []
  for (const table of facts.keys()) {
    if (only !== undefined && table !== only) continue
    for (const role of roles)
      for (const verb of ['select', 'insert', 'update', 'delete'] as const) {
        const columns = grantedColumns(table, verb, role)
        if (columns === undefined) continue
        const named = columns.length === 0 ? '' : ` (${[...columns].sort().join(' ')})`
        rights.push(`${role} ${verb} ${table}${named}`)
      }
  }
  return rights.sort()
}

/** What the roles may call, outside of what is the platform's. */
export async function actualFunctionRights(db: Client, name?: string): Promise<Rights> {
  const { rows } = await db.query<{ line: string }>(
    `select role || ' ' || n.nspname || '.' || p.proname as line
     from pg_proc p
     join pg_namespace n on n.oid = p.pronamespace, unnest($1::text[]) as role
     where n.nspname !~ '^(pg_|information_schema$)' and not n.nspname = any ($2)
       and ($3::text is null or n.nspname || '.' || p.proname = $3)
       and has_function_privilege(role, p.oid, 'execute')
     order by 1`,
    [sqlRoles, platformFunctions, name ?? null],
  )
  return rows.map((row) => row.line)
}

/** What the matrix says that they may call. */
export function expectedFunctionRights(only?: string): Rights {
  const rights = new Set<string>()
  for (const [name, { who }] of Object.entries(functions)) {
    const called = functionOf(name)
    const work = workOf(called)
    for (const word of readCell(who))
      for (const one of work === undefined ? [called] : [called, work])
        rights.add(`${sqlRoleOf(word)} ${one}`)
  }
  for (const [role, names] of Object.entries(internal))
    for (const name of names) rights.add(`${role} ${name}`)
  return [...rights].filter((line) => only === undefined || line.endsWith(` ${only}`)).sort()
}

/** Which roles may look into which schemas. */
export async function actualSchemaRights(db: Client): Promise<Rights> {
  const { rows } = await db.query<{ line: string }>(
    `select role || ' ' || verb || ' ' || nspname as line
     from pg_namespace, unnest($1::text[]) as role, unnest(array['usage', 'create']) as verb
     where nspname !~ '^(pg_|information_schema$)' and has_schema_privilege(role, oid, verb)
     order by 1`,
    [sqlRoles],
  )
  return rows.map((row) => row.line)
}

/** Which ones the matrix says. */
export const expectedSchemaRights = (): Rights =>
  Object.entries(schemas)
    .flatMap(([schema, names]) =>
      names.split(' ').flatMap((role) => (role === '' ? [] : [`${role} usage ${schema}`])),
    )
    .sort()

/** Tables and views that the matrix must name: ours, and whatever else some role has a right on. */
export async function unnamedTables(db: Client): Promise<string[]> {
  const named = new Set(Object.keys(tables).map(tableOf))
  const { rows } = await db.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name
     from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname in ('public', 'private')
     order by 1`,
  )
  return rows.map((row) => row.name).filter((name) => !named.has(name))
}

/** Rights on tables that are neither in the matrix nor of a schema that isn't ours. */
export function strangeRights(actual: Rights): Rights {
  const named = new Set(Object.keys(tables).map(tableOf))
  return actual.filter((line) => {
    const [role = '', verb = '', table = ''] = line.split(' ')
    const allowed = foreign[table.split('.')[0] ?? '']?.[role]?.split(' ').includes(verb)
    return !named.has(table) && !allowed
  })
}

/** Roles that the matrix doesn't ask as, and that have some right on a table, sequence or function outside of the system's. */
export async function unaskedRoles(db: Client): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `with granted as (
       select relowner as owner, relnamespace as schema, relacl as rights from pg_class
       union all
       select proowner, pronamespace, proacl from pg_proc
       union all
       select c.relowner, c.relnamespace, a.attacl from pg_attribute a join pg_class c on c.oid = a.attrelid
     )
     select distinct coalesce(r.rolname, 'public') as name
     from granted g
     join pg_namespace n on n.oid = g.schema,
       aclexplode(g.rights) as one
     left join pg_roles r on r.oid = one.grantee
     where n.nspname !~ '^(pg_|information_schema$)' and not n.nspname = any ($2)
       and one.grantee <> g.owner and not coalesce(r.rolname, 'public') = any ($1)
       -- Who migrates the database owns what is in it.
       and r.rolname is distinct from 'postgres'
     order by 1`,
    [sqlRoles, platformFunctions],
  )
  return rows.map((row) => row.name)
}

/** Sequences that a role of the matrix may read or turn. */
export async function openSequences(db: Client): Promise<string[]> {
  const { rows } = await db.query<{ line: string }>(
    `select role || ' ' || c.oid::regclass as line
     from pg_class c
     join pg_namespace n on n.oid = c.relnamespace, unnest($1::text[]) as role
     where c.relkind = 'S' and n.nspname !~ '^pg_' and has_sequence_privilege(role, c.oid, 'usage, select, update')
     order by 1`,
    [sqlRoles],
  )
  return rows.map((row) => row.line)
}
