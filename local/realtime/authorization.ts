import type { Pool, PoolClient } from 'pg'
import type { Claims } from '../gateway/tokens.ts'

/** What somebody may do on a private channel: as the policies on realtime.messages say. */
export type Access = { broadcast: boolean; presence: boolean }

/** Asks the database's policies; nothing that's written while asking stays. */
export type Authorization = {
  canRead(topic: string, claims: Claims): Promise<Access>
  canWrite(topic: string, claims: Claims): Promise<Access>
}

const apiRoles = new Set(['anon', 'authenticated', 'service_role'])

/** Authorization by row-level security, asked the way Supabase asks. */
export function databaseAuthorization(pool: Pool): Authorization {
  return {
    canRead: (topic, claims) => undone(pool, claims, (db) => readable(db, topic, claims)),
    canWrite: (topic, claims) => undone(pool, claims, (db) => writable(db, topic, claims)),
  }
}

async function undone(
  pool: Pool,
  claims: Claims,
  ask: (db: PoolClient) => Promise<Access>,
): Promise<Access> {
  if (!apiRoles.has(claims.role)) return { broadcast: false, presence: false }
  const db = await pool.connect()
  let broken = true
  try {
    await db.query('begin')
    const access = await ask(db)
    await db.query('rollback')
    broken = false
    return access
  } finally {
    // A connection that failed in the middle still has the person's role: it isn't used again.
    db.release(broken)
  }
}

/** Puts one message of each kind there and looks which of them the person sees. */
async function readable(db: PoolClient, topic: string, claims: Claims): Promise<Access> {
  const put = await db.query<{ id: string }>(
    `insert into realtime.messages (topic, extension, private)
     values ($1, 'broadcast', true), ($1, 'presence', true)
     returning id`,
    [topic],
  )
  await actAs(db, topic, claims)
  const seen = await db.query<{ extension: string }>(
    'select extension from realtime.messages where id = any ($1::uuid[])',
    [put.rows.map((row) => row.id)],
  )
  const kinds = new Set(seen.rows.map((row) => row.extension))
  return { broadcast: kinds.has('broadcast'), presence: kinds.has('presence') }
}

/** Tries to put messages there as the person. */
async function writable(db: PoolClient, topic: string, claims: Claims): Promise<Access> {
  await actAs(db, topic, claims)
  const allows = async (extension: string): Promise<boolean> => {
    await db.query('savepoint asked')
    try {
      await db.query(
        'insert into realtime.messages (topic, extension, private) values ($1, $2, true)',
        [topic, extension],
      )
      return true
    } catch (error) {
      if ((error as { code?: string }).code !== '42501') throw error
      await db.query('rollback to savepoint asked')
      return false
    }
  }
  return { broadcast: await allows('broadcast'), presence: await allows('presence') }
}

async function actAs(db: PoolClient, topic: string, claims: Claims): Promise<void> {
  await db.query(
    `select set_config('role', $1, true),
            set_config('realtime.topic', $2, true),
            set_config('request.jwt.claims', $3, true),
            set_config('request.jwt.claim.sub', $4, true),
            set_config('request.jwt.claim.role', $1, true)`,
    [claims.role, topic, JSON.stringify(claims), claims.sub ?? ''],
  )
}
