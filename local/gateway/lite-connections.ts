import { createPostgresConnection } from '@supabase/lite/postgres'
import type { PostgresType } from 'postgres'

type LiteConnection = ReturnType<typeof createPostgresConnection>

/** Addresses of the database, by the role that each logs in as. */
export type DatabaseUrls = { superuser: string; authenticator: string; authAdmin: string }

/** The two ways in which the API reaches the database. */
export type LiteConnections = {
  /** As "authenticator", which can only become anon, authenticated or service_role. */
  rest: LiteConnection
  /** As the owner of auth's tables, and of nothing else. */
  auth: LiteConnection
  /** Looks anew at what tables and functions there are. */
  forgetSchema(): Promise<void>
}

/** Opens @supabase/lite's connections so that they have no more rights than hosted ones. */
export function openLiteConnections(urls: DatabaseUrls): LiteConnections {
  const admin = connect(urls.superuser, 1)
  const rest = connect(urls.authenticator, 10, {
    json: dataOrText(114),
    jsonb: dataOrText(3802),
  })
  const auth = connect(urls.authAdmin, 5, {
    json: textIsJson(114),
    jsonb: textIsJson(3802),
  })
  // The catalogue shows a role only what it may use, and constraints not even then: look with full sight.
  rest.introspect = async (options) => {
    const found = await admin.introspect(options)
    // That's what it answers while the database is away: an error, and not a database without tables.
    if (found.tables.length === 0) throw new Error('The database is not reachable at the moment.')
    return found
  }
  rest.clearSchemaCache = () => admin.clearSchemaCache()
  for (const connection of [rest, auth]) assumeGrantsExist(connection)
  return {
    rest,
    auth,
    async forgetSchema() {
      await admin.clearSchemaCache()
      await admin.introspect({ useCache: true })
    },
  }
}

/** Left to itself it grants everything on every table to every API role at the first request. */
function assumeGrantsExist(connection: LiteConnection): void {
  // The field is private in its types only; tests/local proves that it still works in the installed version.
  ;(connection as unknown as { rlsState: string }).rlsState = 'active'
}

function connect(
  url: string,
  max: number,
  types: Record<string, PostgresType> = {},
): LiteConnection {
  return createPostgresConnection({
    url,
    postgresOptions: {
      max,
      onnotice: () => undefined,
      // Schemas change under it while migrations and tests run: a prepared plan would outlive its table.
      prepare: false,
      types: {
        timestamp: timeType(1114),
        timestamptz: timeType(1184),
        ...types,
      },
    },
  })
}

/**
 * The rest side writes columns as the data they are, but arguments of functions as text already. Both come through
 * here: a text that reads as an object or a list is such an argument.
 */
function dataOrText(oid: number): PostgresType {
  const isArgument = (value: unknown): value is string =>
    typeof value === 'string' && /^\s*[[{]/.test(value) && isJson(value)
  return {
    to: oid,
    from: [oid],
    serialize: (value: unknown) => (isArgument(value) ? value : JSON.stringify(value)),
    parse: (text: string): unknown => JSON.parse(text),
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The auth side writes JSON that's text already: to make a text of it again would store a string, not an object. */
function textIsJson(oid: number): PostgresType {
  return {
    to: oid,
    from: [oid],
    serialize: (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)),
    parse: (text: string): unknown => JSON.parse(text),
  }
}

/** Times as every Supabase client expects them: 2026-11-23T04:05:06.789+00:00. */
function timeType(oid: number): PostgresType {
  return {
    to: oid,
    from: [oid],
    serialize: (value: unknown) => (value instanceof Date ? value.toISOString() : value),
    parse: (text: string) => text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'),
  }
}
