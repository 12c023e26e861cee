import type { Client } from 'pg'
import { sqlRoles } from './identities.ts'
import { platformFunctions } from './matrix.ts'

/** One way in which the database's protection could be weaker (or too strong) than it is. */
export interface Mutation {
  title: string
  sql: string
  /** The table, or the function's name, whose cells should notice. */
  object: string
  /** Whose right it is. */
  role?: string
  kind: 'policy' | 'check' | 'body' | 'table' | 'function' | 'schema'
}

/** Every policy dropped and widened, row-level security switched off, every right taken and every other one given. */
export async function allMutations(db: Client): Promise<Mutation[]> {
  return [
    ...(await policies(db)),
    ...(await bodies(db)),
    ...(await tableRights(db)),
    ...(await columnRights(db)),
    ...(await functionRights(db)),
    ...(await schemaRights(db)),
  ]
}

const ourTables = `
  c.relkind in ('r', 'p', 'v', 'm')
  and (n.nspname in ('public', 'private') or c.oid = 'realtime.messages'::regclass)`

async function list(
  db: Client,
  kind: Mutation['kind'],
  sql: string,
  values: unknown[] = [],
): Promise<Mutation[]> {
  const { rows } = await db.query<Omit<Mutation, 'kind'>>(sql, values)
  return rows.map((row) => ({ ...row, kind }))
}

async function policies(db: Client): Promise<Mutation[]> {
  const from = `
    from pg_policy p
    join pg_class c on c.oid = p.polrelid
    join pg_namespace n on n.oid = c.relnamespace`
  const [name, on] = [
    `n.nspname || '.' || c.relname`,
    `format('%I on %I.%I', polname, nspname, relname)`,
  ]
  const dropped = await list(
    db,
    'policy',
    `select 'without the policy ' || ${on} as title, 'drop policy ' || ${on} as sql, ${name} as object ${from} where ${ourTables}`,
  )
  const seen = await list(
    db,
    'policy',
    `select 'using true in ' || ${on} as title, 'alter policy ' || ${on} || ' using (true)' as sql, ${name} as object ${from}
     where ${ourTables} and polqual is not null and pg_get_expr(polqual, polrelid) <> 'true'`,
  )
  const checked = await list(
    db,
    'check',
    `select 'with check true in ' || ${on} as title, 'alter policy ' || ${on} || ' with check (true)' as sql, ${name} as object ${from}
     where ${ourTables} and polcmd <> 'r' and polcmd <> 'd'
       and coalesce(pg_get_expr(polwithcheck, polrelid), pg_get_expr(polqual, polrelid)) <> 'true'`,
  )
  const off = await list(
    db,
    'policy',
    `select 'without row-level security on ' || ${name} as title,
            format('alter table %I.%I disable row level security', nspname, relname) as sql, ${name} as object
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     -- Where nobody has any right, nothing shows; that it's on everywhere is asked in advisors.ts.
     where ${ourTables} and c.relkind in ('r', 'p')
       and exists (select from aclexplode(c.relacl) a where a.grantee <> c.relowner)`,
  )
  return [...dropped, ...seen, ...checked, ...off]
}

/** Each right of each role on each table: taken where it's there, given where it isn't. */
const tableRights = (db: Client): Promise<Mutation[]> =>
  list(
    db,
    'table',
    `select case when has then 'without ' else 'with ' end || verb || ' on ' || name || ' for ' || role as title,
            case when has then format('revoke %s on %s from %I', verb, name, role)
                 else format('grant %s on %s to %I', verb, name, role) end as sql,
            name as object, role
     from (
       select n.nspname || '.' || c.relname as name, role, verb, has_table_privilege(role, c.oid, verb) as has
       from pg_class c
       join pg_namespace n on n.oid = c.relnamespace,
         unnest($1::text[]) as role,
         unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as verb
       where ${ourTables}
     ) as asked`,
    [sqlRoles],
  )

/** Each right of each role on single columns. Columns that a right on the whole table covers have none of their own. */
const columnRights = (db: Client): Promise<Mutation[]> =>
  list(
    db,
    'table',
    `select case when has then 'without ' else 'with ' end || verb || ' of ' || attname || ' in ' || name || ' for ' || role as title,
            case when has then format('revoke %s (%I) on %s from %I', verb, attname, name, role)
                 else format('grant %s (%I) on %s to %I', verb, attname, name, role) end as sql,
            name as object, role
     from (
       select n.nspname || '.' || c.relname as name, role, verb, a.attname,
              has_column_privilege(role, c.oid, a.attnum, verb) as has
       from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped,
         unnest($1::text[]) as role,
         unnest(array['select', 'insert', 'update']) as verb
       where ${ourTables} and not has_table_privilege(role, c.oid, verb)
     ) as asked`,
    [sqlRoles],
  )

const functionRights = (db: Client): Promise<Mutation[]> =>
  list(
    db,
    'function',
    `select case when has then 'without ' else 'with ' end || 'calling ' || signature || ' for ' || role as title,
            case when has then format('revoke execute on function %s from %I', signature, role)
                 else format('grant execute on function %s to %I', signature, role) end as sql,
            object
     from (
       select p.oid::regprocedure::text as signature, n.nspname || '.' || p.proname as object, role,
              has_function_privilege(role, p.oid, 'execute') as has
       from pg_proc p
       join pg_namespace n on n.oid = p.pronamespace, unnest($1::text[]) as role
       where n.nspname !~ '^(pg_|information_schema$)' and not n.nspname = any ($2)
     ) as asked`,
    [sqlRoles, platformFunctions],
  )

const schemaRights = (db: Client): Promise<Mutation[]> =>
  list(
    db,
    'schema',
    `select case when has then 'without ' else 'with ' end || verb || ' of schema ' || nspname || ' for ' || role as title,
            case when has then format('revoke %s on schema %I from public, %I', verb, nspname, role)
                 else format('grant %s on schema %I to %I', verb, nspname, role) end as sql,
            nspname as object
     from (
       select n.nspname, role, verb, has_schema_privilege(role, n.oid, verb) as has
       from pg_namespace n, unnest($1::text[]) as role, unnest(array['usage', 'create']) as verb
       where n.nspname !~ '^(pg_|information_schema$)'
     ) as asked`,
    [sqlRoles],
  )

/** What in a function's text decides who may call it, and what it would be if nobody had thought of it. */
const weaker: [RegExp, string][] = [
  [/'(operator|editor|admin|owner)'/g, `'viewer'`],
  [/in \(select private\.my_workspaces\([^)]*\)\)/g, 'in (select id from public.workspaces)'],
  [/= any \(\(select private\.my_workspace_ids\([^)]*\)\)::uuid\[\]\)/g, 'is not null'],
  [/m\.role >= p_least/g, 'true'],
  [/m\.user_id = \(select auth\.uid\(\)\)/g, 'true'],
]

/** Every place where a function asks for a role or for the person's workspaces, weakened one at a time. */
async function bodies(db: Client): Promise<Mutation[]> {
  const { rows } = await db.query<{ name: string; text: string }>(
    `select n.nspname || '.' || p.proname as name, pg_get_functiondef(p.oid) as text
     from pg_proc p
     join pg_namespace n on n.oid = p.pronamespace
     where n.nspname in ('public', 'private') and p.prokind = 'f'
       and pg_get_function_result(p.oid) <> 'trigger'`,
  )
  return rows.flatMap(({ name, text }) =>
    weaker.flatMap(([what, instead]) =>
      [...text.matchAll(what)].map(([found], nth): Mutation => {
        let seen = 0
        return {
          title: `${name} with ${instead} instead of ${found}${nth === 0 ? '' : ` (${nth + 1})`}`,
          sql: text.replace(what, (part) => (seen++ === nth ? instead : part)),
          object: name,
          kind: 'body',
        }
      }),
    ),
  )
}
