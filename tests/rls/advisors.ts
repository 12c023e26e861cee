/**
 * What Supabase's database advisors look for (`supabase db advisors`), as queries of our own, and what is our own custom.
 * Each answers with the names of what isn't as it should be. The rules are described at
 * https://supabase.com/docs/guides/database/database-advisors?lint=<name of the rule>.
 */
export interface Rule {
  name: string
  says: string
  query: string
  /** Findings that are meant to be so, and why. */
  meant?: Record<string, string>
}

const ours = `('public'::regnamespace, 'private'::regnamespace, 'partitions'::regnamespace)`
const people = `array['anon', 'authenticated']`
const policy = `n.nspname || '.' || c.relname || ': ' || p.polname`
const fromPolicies = `
  from pg_policy p
  join pg_class c on c.oid = p.polrelid
  join pg_namespace n on n.oid = c.relnamespace`
const conditions = `coalesce(pg_get_expr(p.polqual, p.polrelid), '') || ' ' || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')`
const ofPeople = `(p.polroles = '{0}' or p.polroles && array(select oid from pg_roles where rolname = any (${people})))`

/** Rules about tables, their columns, keys and indexes. */
export const aboutTables: Rule[] = [
  {
    name: '0001_unindexed_foreign_keys',
    says: 'every foreign key has an index that begins with its columns',
    query: `
      select k.conrelid::regclass || ': ' || k.conname as name
      from pg_constraint k
      join pg_class c on c.oid = k.conrelid
      where k.contype = 'f' and c.relnamespace in ${ours} and not c.relispartition
        and not exists (
          select from pg_index i
          where i.indrelid = k.conrelid
            -- One without the rows that refer to nothing serves as well.
            and coalesce(pg_get_expr(i.indpred, i.indrelid) ~ '^\\(\\w+ IS NOT NULL\\)$', true)
            and (select array_agg(x order by x) from unnest((i.indkey::smallint[])[0:cardinality(k.conkey) - 1]) x)
                = (select array_agg(x order by x) from unnest(k.conkey) x)
        )`,
    // Every workflow is in one workspace: who looks for both finds as much by the workflow alone.
    meant: {
      'triggers: triggers_workspace_id_workflow_id_fkey': 'triggers_workflow_id_node_id_key',
      'workflow_draft_updates: workflow_draft_updates_workspace_id_workflow_id_fkey':
        'workflow_draft_updates_by_workflow',
      'workflow_drafts: workflow_drafts_workspace_id_workflow_id_fkey': 'workflow_drafts_pkey',
      'workflow_people: workflow_people_workspace_id_workflow_id_fkey': 'workflow_people_pkey',
    },
  },
  {
    name: '0002_auth_users_exposed',
    says: 'no view that people reach shows accounts',
    query: `
      select distinct c.oid::regclass::text as name
      from pg_class c
      join pg_rewrite r on r.ev_class = c.oid
      join pg_depend d on d.objid = r.oid and d.refobjid = 'auth.users'::regclass
      cross join unnest(${people}) as role
      where c.relkind in ('v', 'm') and has_any_column_privilege(role, c.oid, 'select')`,
  },
  {
    name: '0004_no_primary_key',
    says: 'every table has a primary key',
    query: `
      select c.oid::regclass::text as name
      from pg_class c
      where c.relkind in ('r', 'p') and c.relnamespace in ${ours}
        and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)`,
  },
  {
    name: '0007_policy_exists_rls_disabled, 0013_rls_disabled_in_public',
    says: 'every table, partitions included, has row-level security enabled and forced',
    query: `
      select c.oid::regclass::text as name
      from pg_class c
      where c.relkind in ('r', 'p') and c.relnamespace in ${ours}
        and not (c.relrowsecurity and c.relforcerowsecurity)`,
  },
  {
    name: '0008_rls_enabled_no_policy',
    says: 'a table that nobody reaches has no right granted either; every other one has a policy',
    query: `
      select c.oid::regclass::text as name
      from pg_class c
      where c.relkind in ('r', 'p') and c.relnamespace in ${ours}
        and not exists (select from pg_policy p where p.polrelid = c.oid)
        and exists (
          select from aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee
          where r.oid <> c.relowner
        )`,
  },
  {
    name: '0009_duplicate_index',
    says: 'no two indexes of a table are the same, and none is the beginning of another',
    query: `
      select i.indexrelid::regclass || ', ' || j.indexrelid::regclass as name
      from pg_index i
      join pg_index j on j.indrelid = i.indrelid and j.indexrelid <> i.indexrelid
      join pg_class c on c.oid = i.indrelid
      where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
        and i.indpred is null and j.indpred is null and i.indexprs is null and j.indexprs is null
        -- A unique one keeps a promise, however it begins.
        and not i.indisunique
        and i.indclass::oid[] = (j.indclass::oid[])[0:i.indnkeyatts - 1]
        and i.indkey::smallint[] = (j.indkey::smallint[])[0:i.indnkeyatts - 1]
        and i.indoption::smallint[] = (j.indoption::smallint[])[0:i.indnkeyatts - 1]`,
  },
  {
    name: '0018_unsupported_reg_types',
    says: 'no column keeps the number of a database object, which another database doesn’t share',
    query: `
      select a.attrelid::regclass || '.' || a.attname as name
      from pg_attribute a
      join pg_class c on c.oid = a.attrelid
      where c.relnamespace in ${ours} and c.relkind in ('r', 'p') and a.attnum > 0
        and a.atttypid in ('regcollation'::regtype, 'regconfig'::regtype, 'regdictionary'::regtype,
          'regnamespace'::regtype, 'regoper'::regtype, 'regoperator'::regtype, 'regproc'::regtype, 'regprocedure'::regtype)`,
  },
  {
    name: '0021_fkey_to_auth_unique',
    says: 'only the key of accounts is referred to, which no change of the platform takes away',
    query: `
      select k.conrelid::regclass || ': ' || k.conname as name
      from pg_constraint k
      join pg_class c on c.oid = k.confrelid
      where k.contype = 'f' and c.relnamespace = 'auth'::regnamespace
        and not exists (select from pg_index i where i.indexrelid = k.conindid and i.indisprimary)`,
  },
  {
    name: '0030_invalid_index',
    says: 'no index was left half made',
    query: `
      select i.indexrelid::regclass::text as name
      from pg_index i
      join pg_class c on c.oid = i.indrelid
      where c.relnamespace in ${ours} and not (i.indisvalid and i.indisready)`,
  },
  {
    name: '0030_autovacuum_disabled',
    says: 'every table is cleaned up',
    query: `
      select c.oid::regclass::text as name
      from pg_class c
      where c.relnamespace in ${ours} and exists (
        select from unnest(c.reloptions) o where o in ('autovacuum_enabled=false', 'autovacuum_enabled=off', 'autovacuum_enabled=0')
      )`,
  },
]

/** Rules about policies. */
export const aboutPolicies: Rule[] = [
  {
    name: '0003_auth_rls_initplan',
    says: 'no policy calls a function per row where once per statement would do',
    query: `
      select ${policy} as name ${fromPolicies}
      where n.nspname not in ('auth', 'pgboss')
        and ${conditions} ~ '(?<!SELECT )(auth\\.\\w+|private\\.\\w+|realtime\\.\\w+|current_setting)\\('`,
    // Rows that name an execution and not its workflow; and only for people from whom a workflow is kept.
    meant: {
      'public.execution_payloads: execution_payloads_select': 'private.is_execution_of_others',
      'public.execution_steps: execution_steps_select': 'private.is_execution_of_others',
      'public.execution_waits: execution_waits_select': 'private.is_execution_of_others',
    },
  },
  {
    name: '0006_multiple_permissive_policies',
    says: 'for each role and verb a table has one permissive policy at most: several are all asked for every row',
    query: `
      select n.nspname || '.' || c.relname || ': ' || r.rolname || ' ' || verb as name
      ${fromPolicies}
      join pg_roles r on p.polroles = '{0}' or r.oid = any (p.polroles)
      cross join unnest(array['r', 'a', 'w', 'd']) as verb
      where p.polpermissive and n.oid in ${ours} and p.polcmd::text in (verb, '*')
        and r.rolname = any (array['anon', 'authenticated', 'weft_engine', 'weft_node', 'weft_app'])
      group by 1
      having count(*) > 1`,
  },
  {
    name: '0012_auth_allow_anonymous_sign_ins',
    says: 'every policy names its roles, and none is for who isn’t signed in',
    query: `
      select ${policy} as name ${fromPolicies}
      where n.oid in ${ours}
        and (p.polroles = '{0}' or p.polroles && array(select oid from pg_roles where rolname = 'anon'))`,
  },
  {
    name: '0015_rls_references_user_metadata',
    says: 'no policy believes what people can write about themselves',
    query: `
      select ${policy} as name ${fromPolicies} where n.oid in ${ours} and ${conditions} ~ 'user_metadata|raw_user_meta_data'`,
  },
  {
    name: '0024_permissive_rls_policy',
    says: 'no policy lets people at everything',
    query: `
      select ${policy} as name ${fromPolicies}
      where p.polpermissive and ${ofPeople} and n.oid in ${ours}
        and (
          pg_get_expr(p.polqual, p.polrelid) in ('true', '(1 = 1)')
          or pg_get_expr(p.polwithcheck, p.polrelid) in ('true', '(1 = 1)')
          or (p.polqual is null and p.polcmd <> 'a')
          or (p.polwithcheck is null and p.polcmd = 'a')
        )`,
  },
  {
    name: '0030_rls_policy_null_auth_disjunct',
    says: 'no policy holds just because nobody is signed in',
    query: `
      select ${policy} as name ${fromPolicies}
      where n.oid in ${ours} and ${conditions} ~ '(uid|jwt|role|current_setting)\\([^)]*\\)[^()]*\\)* IS NULL'`,
  },
]

/** Rules about functions, views, extensions and who reaches them. */
export const aboutTheRest: Rule[] = [
  {
    name: '0010_security_definer_view, 0016_materialized_view_in_api, 0017_foreign_table_in_api',
    says: 'views ask as whoever looks, and nothing that can’t do so is exposed',
    query: `
      select c.oid::regclass::text as name
      from pg_class c
      where c.relnamespace = 'public'::regnamespace
        and (
          c.relkind in ('m', 'f')
          or c.relkind = 'v' and not coalesce(c.reloptions, '{}') && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1']
        )`,
  },
  {
    name: '0011_function_search_path_mutable',
    says: 'every function has a fixed search path',
    query: `
      select p.oid::regprocedure::text as name
      from pg_proc p
      where p.pronamespace in (select oid from pg_namespace where nspname in ('public', 'private', 'partitions', 'pgboss'))
        and not coalesce(p.proconfig, '{}') @> array['search_path=""']`,
  },
  {
    name: '0014_extension_in_public',
    says: 'extensions have a schema of their own',
    query: `select extname as name from pg_extension where extnamespace = 'public'::regnamespace`,
  },
  {
    name: '0019_insecure_queue_exposed_in_api',
    says: 'people reach no queue',
    query: `
      select nspname || ' ' || role as name
      from pg_namespace, unnest(${people} || array['service_role']) as role
      where nspname in ('pgmq', 'pgmq_public', 'pgboss') and has_schema_privilege(role, oid, 'usage')`,
  },
  {
    name: '0023_sensitive_columns_exposed',
    says: 'no column that people may read is named like a credential',
    query: `
      select format('%s.%I', c.oid::regclass, a.attname) as name
      from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
        and a.attname ~* '(^|_)(password|passwd|passphrase|secret|token|jwt|otp|private_key|api_key|iban|ssn)s?$'
        and exists (
          select from unnest(${people}) as role where has_column_privilege(role, c.oid, a.attnum, 'select')
        )`,
    meant: {
      'webhook_endpoints.token': 'the address of a webhook, which editors give to senders',
      'webhook_endpoints.has_secret': 'whether there is one, not which',
    },
  },
  {
    name: '0005_unused_index, 0020_table_bloat, 0022_extension_versions_outdated',
    says: 'what a database has come to by being used is for its operator to look at; none of it is in a new one',
    query: `
      select e.extname::text as name
      from pg_extension e
      join pg_available_extensions a on a.name = e.extname
      where a.default_version <> e.extversion`,
  },
  {
    name: '0025_public_bucket_allows_listing',
    says: 'no file store is used',
    query: `select c.oid::regclass::text as name from pg_class c where c.relnamespace = to_regnamespace('storage')`,
  },
  {
    name: '0025_pg17_deprecated_extensions, 0026_pg_graphql_anon_table_exposed, 0027_pg_graphql_authenticated_table_exposed',
    says: 'there is no extension that shows the tables’ names to everybody, or that newer Postgres lacks',
    query: `
      select extname as name from pg_extension
      where extname in ('pg_graphql', 'plv8', 'timescaledb', 'adminpack')`,
  },
  {
    name: '0031_unused_replication_slot',
    says: 'nothing keeps the database from clearing its log',
    query: `select slot_name::text as name from pg_replication_slots where not active`,
  },
  {
    name: '0028_anon_security_definer_function_executable',
    says: 'who isn’t signed in has no right on any table, column, sequence or function',
    query: `
      select p.oid::regprocedure::text as name
      from pg_proc p
      where p.pronamespace in ${ours} and has_function_privilege('anon', p.oid, 'execute')
      union all
      select c.oid::regclass::text
      from pg_class c
      where c.relnamespace in ${ours} and c.relkind in ('r', 'p', 'v', 'm', 'S')
        and case when c.relkind = 'S' then has_sequence_privilege('anon', c.oid, 'usage, select, update')
            else has_any_column_privilege('anon', c.oid, 'select, insert, update, references')
              or has_table_privilege('anon', c.oid, 'delete, truncate, trigger') end`,
    meant: {
      'invitation_by_token(text)':
        'tells whoever has the link what it invites to, also before they have an account',
      'private.invitation_by_token(text)': 'does so',
    },
  },
  {
    name: '0029_authenticated_security_definer_function_executable',
    says: 'no function that the API serves has more rights than who calls it',
    query: `
      select p.oid::regprocedure::text as name
      from pg_proc p
      where p.pronamespace = 'public'::regnamespace and p.prosecdef`,
  },
  {
    name: 'partitions are closed',
    says: 'a partition is reached through its parent only: its parent’s policies aren’t its own',
    query: `
      select c.oid::regclass || ' ' || role as name
      from pg_class c, unnest(array['anon', 'authenticated', 'service_role', 'weft_engine', 'weft_node', 'weft_app']) as role
      where c.relispartition and c.relnamespace in ${ours} and has_any_column_privilege(role, c.oid, 'select, insert, update, references')`,
  },
  {
    name: 'security definer functions check for themselves',
    says: 'a function that people call with its owner’s rights asks who they are',
    query: `
      select p.oid::regprocedure::text as name
      from pg_proc p
      where p.pronamespace = 'private'::regnamespace and p.prosecdef
        and has_function_privilege('authenticated', p.oid, 'execute')
        and p.prosrc !~ 'auth\\.uid|private\\.(my_workspaces|my_workspace_ids|workspace_of_\\w+|lock_workspace)'`,
    meant: {
      'private.invitation_by_token(text)': 'who has the link may ask, whoever they are',
      'private.is_execution_of_others(uuid,uuid[])':
        'for policies: says whether an execution is of one of the workflows named to it, and no more',
      'private.workspace_of_topic(text)':
        'for policies: says which workspace a topic belongs to, and no more',
    },
  },
]
