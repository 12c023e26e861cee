import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getAuthSchemaSql } from '@supabase/lite'
import pg from 'pg'
import { superuser } from './cluster.ts'
import type { PostgresServer } from './server.ts'

type SqlFile = { version: string; name: string; text: string }

/** What a database is made of: the platform (as a hosted project comes) and Weft's own migrations. */
export type Schema = { platform: SqlFile[]; migrations: SqlFile[] }

const platformFolder = join(import.meta.dirname, '../platform')

/** Reads all SQL there is, in the order in which it's applied. */
export function readSchema(migrationsFolder: string): Schema {
  const authTables = { version: '25', name: 'auth_tables', text: getAuthSchemaSql() }
  const platform = [...readSqlFiles(platformFolder), authTables]
  return {
    platform: platform.sort((a, b) => a.version.localeCompare(b.version)),
    migrations: readSqlFiles(migrationsFolder),
  }
}

/** A short name for exactly this SQL. */
export function schemaHash(schema: Schema): string {
  return createHash('sha256').update(JSON.stringify(schema)).digest('hex').slice(0, 16)
}

function readSqlFiles(folder: string): SqlFile[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const [, version = '', name = ''] = /^(\d+)_(.*)\.sql$/.exec(file) ?? []
      if (!version)
        throw new Error(
          `${join(folder, file)} needs a name like 20261123000100_what_it_brings.sql.`,
        )
      return { version, name, text: readFileSync(join(folder, file), 'utf8') }
    })
}

/** Brings a database up to date and tells how many files it took. */
export async function applySchema(server: PostgresServer, schema: Schema): Promise<number> {
  const admin = await connect(server.url(superuser))
  try {
    await admin.query(`
      create schema if not exists supabase_migrations;
      create table if not exists supabase_migrations.platform_files (version text primary key, name text, statements text[]);
      create table if not exists supabase_migrations.schema_migrations (version text primary key, statements text[], name text);
    `)
    const platform = await applyFiles(admin, 'platform_files', schema.platform)
    if (platform) {
      await admin.query(`
        grant usage on schema supabase_migrations to postgres;
        grant all on supabase_migrations.schema_migrations to postgres;
      `)
    }
    await openRoles(admin, server, ['postgres', 'authenticator', 'supabase_auth_admin'])
    // As on a hosted project migrations run as "postgres", which is no superuser: what needs one fails here already.
    const owner = await connect(server.url('postgres'))
    const own = await applyFiles(owner, 'schema_migrations', schema.migrations).finally(() =>
      owner.end(),
    )
    await openRoles(admin, server, ['weft_engine', 'weft_app'])
    return platform + own
  } finally {
    await admin.end()
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

async function applyFiles(db: pg.Client, ledger: string, files: SqlFile[]): Promise<number> {
  const { rows } = await db.query<{ version: string; statements: string[] | null }>(
    `select version, statements from supabase_migrations.${ledger}`,
  )
  const known = new Map(rows.map((row) => [row.version, row.statements?.join('\n')]))
  let applied = 0
  for (const file of files) {
    if (known.has(file.version)) {
      if (known.get(file.version) !== file.text) throw changed(file)
      continue
    }
    await applyFile(db, ledger, file)
    applied++
  }
  return applied
}

function changed({ version, name }: SqlFile): Error {
  return new Error(
    `${version}_${name}.sql was changed after this database got it. Write a new migration instead, or begin anew with "npm start -- --fresh".`,
  )
}

async function applyFile(db: pg.Client, ledger: string, file: SqlFile): Promise<void> {
  try {
    await db.query('begin')
    await db.query(file.text)
    await db.query(
      `insert into supabase_migrations.${ledger} (version, name, statements) values ($1, $2, $3)`,
      [file.version, file.name, [file.text]],
    )
    await db.query('commit')
  } catch (error) {
    const { message, where, position } = error as pg.DatabaseError
    const line = position ? `, line ${file.text.slice(0, Number(position)).split('\n').length}` : ''
    throw new Error(
      `${file.version}_${file.name}.sql${line}: ${message}${where ? `\n${where}` : ''}`,
      { cause: error },
    )
  }
}

/** Lets these roles log in, each with the password that the cluster's secret gives it. */
async function openRoles(admin: pg.Client, server: PostgresServer, roles: string[]): Promise<void> {
  const { rows: closed } = await admin.query<{ rolname: string }>(
    'select rolname from pg_authid where rolname = any ($1) and (not rolcanlogin or rolpassword is null)',
    [roles],
  )
  for (const { rolname } of closed) {
    await admin.query(`alter role ${rolname} with login password '${server.password(rolname)}'`)
  }
}
