import type { Sql, TransactionSql } from 'postgres'
import type { Claims } from '../gateway/tokens.ts'

/** What somebody may do on a private channel: as the policies on realtime.messages say. */
export type Access = { broadcast: boolean; presence: boolean }

/** Asks the database's policies; nothing that's written while asking stays. */
export type Authorization = {
  canRead(topic: string, claims: Claims): Promise<Access>
  canWrite(topic: string, claims: Claims): Promise<Access>
}

// The package's own type loses the template call: it's built with Omit, which drops call signatures.
type Transaction = Sql & Pick<TransactionSql, 'savepoint'>

const apiRoles = new Set(['anon', 'authenticated', 'service_role'])
const nothing: Access = { broadcast: false, presence: false }

/** Leaves a transaction without keeping anything, taking the answer along. */
class Rollback extends Error {
  readonly access: Access
  constructor(access: Access) {
    super()
    this.access = access
  }
}

/** Authorization by row-level security, asked the way Supabase asks. */
export function databaseAuthorization(sql: Sql): Authorization {
  return {
    canRead: (topic, claims) => undone(sql, claims, (tx) => readable(tx, topic, claims)),
    canWrite: (topic, claims) => undone(sql, claims, (tx) => writable(tx, topic, claims)),
  }
}

async function undone(
  sql: Sql,
  claims: Claims,
  ask: (tx: Transaction) => Promise<Access>,
): Promise<Access> {
  if (!apiRoles.has(claims.role)) return nothing
  try {
    await sql.begin(async (tx) => {
      throw new Rollback(await ask(tx as unknown as Transaction))
    })
  } catch (error) {
    if (error instanceof Rollback) return error.access
    throw error
  }
  return nothing
}

/** Puts one message of each kind there and looks which of them the person sees. */
async function readable(tx: Transaction, topic: string, claims: Claims): Promise<Access> {
  const rows = await tx<{ id: string }[]>`
    insert into realtime.messages (topic, extension, private)
    values (${topic}, 'broadcast', true), (${topic}, 'presence', true)
    returning id
  `
  await actAs(tx, topic, claims)
  const seen = await tx<{ extension: string }[]>`
    select extension from realtime.messages where id = any (${rows.map((row) => row.id)})
  `
  const kinds = new Set(seen.map((row) => row.extension))
  return { broadcast: kinds.has('broadcast'), presence: kinds.has('presence') }
}

/** Tries to put messages there as the person. */
async function writable(tx: Transaction, topic: string, claims: Claims): Promise<Access> {
  await actAs(tx, topic, claims)
  const allows = async (extension: string): Promise<boolean> => {
    try {
      await tx.savepoint(
        (inner) => (inner as unknown as Transaction)`
        insert into realtime.messages (topic, extension, private) values (${topic}, ${extension}, true)
      `,
      )
      return true
    } catch (error) {
      if ((error as { code?: string }).code === '42501') return false
      throw error
    }
  }
  return { broadcast: await allows('broadcast'), presence: await allows('presence') }
}

async function actAs(tx: Transaction, topic: string, claims: Claims): Promise<void> {
  await tx`
    select set_config('role', ${claims.role}, true),
           set_config('realtime.topic', ${topic}, true),
           set_config('request.jwt.claims', ${JSON.stringify(claims)}, true),
           set_config('request.jwt.claim.sub', ${claims.sub ?? ''}, true),
           set_config('request.jwt.claim.role', ${claims.role}, true)
  `
}
