import { Buffer } from 'node:buffer'
import type { DataObject } from '../../../../src/lib/engine/data.ts'
import { WorkspaceId } from '../../../../src/lib/engine/ids.ts'
import type { Pool, Queries } from '../database/pool.ts'
import type { Sealed, Secrets } from '../secrets.ts'

/** What begins a transaction that may touch one workspace's connections: row-level security shows it no other's. */
export const inWorkspace = (workspace: string): string =>
  // Checked, as it can't be a parameter there.
  `select set_config('weft.workspace_id', '${WorkspaceId.parse(workspace)}', true)`

/** The name of what an OAuth service gave, among a connection's secrets. */
export const TOKENS = 'tokens'

/** A connection with its secrets in the clear: for the services alone, never for a node, a log or an answer. */
export interface OpenConnection {
  id: string
  workspace: string
  kind: string
  name: string
  status: 'unfinished' | 'ready' | 'broken' | 'revoked'
  settings: DataObject
  allowedHosts: string[]
  secrets: Record<string, string>
  /** Which filling-in of its fields this is, exact to the microsecond. */
  rotatedAt: string
  /** When the tokens run out, in milliseconds since 1970; null for those that don't have any. */
  tokensUntil: number | null
}

interface ConnectionRow {
  kind: string
  name: string
  status: OpenConnection['status']
  settings: DataObject
  allowed_hosts: string[]
  used_lately: boolean
  rotated_at: string
}

interface SecretRow {
  field: string
  key_id: string
  ciphertext: Uint8Array
  expires_at: Date | null
}

/** Which secret is meant. */
interface Place {
  workspace_id: string
  connection_id: string
  field: string
}

/** Where connections are kept. Secrets are encrypted each for its own workspace, connection and field. */
export class ConnectionVault {
  readonly #pool: Pool
  readonly #secrets: Secrets

  constructor(pool: Pool, secrets: Secrets) {
    this.#pool = pool
    this.#secrets = secrets
  }

  /** Runs statements on one workspace's connections, in one transaction. */
  async within<T>(workspace: string, work: (queries: Queries) => Promise<T>): Promise<T> {
    return await this.#pool.transaction(inWorkspace(workspace), work)
  }

  /** The same, on behalf of a person, whom the audit log names. */
  async onBehalf<T>(
    person: string,
    workspace: string,
    work: (queries: Queries) => Promise<T>,
  ): Promise<T> {
    return await this.within(workspace, async (queries) => {
      await queries.query(`select set_config('weft.actor', $1, true)`, [person])
      return await work(queries)
    })
  }

  /** A connection of this workspace with its secrets; null when there is none. `use`: it's about to be used. */
  async open(
    workspace: string,
    connection: string,
    { use }: { use: boolean },
  ): Promise<OpenConnection | null> {
    return await this.within(workspace, async (queries) => {
      const [row] = await queries.query<ConnectionRow>(
        `select kind, name, status, settings, allowed_hosts, rotated_at::text,
                coalesce(last_used_at > now() - interval '1 minute', false) as used_lately
         from public.connections
         where workspace_id = $1 and id = $2`,
        [workspace, connection],
      )
      if (row === undefined) return null
      const kept = await queries.query<SecretRow>(
        `select field, key_id, ciphertext, expires_at
         from private.connection_secrets
         where workspace_id = $1 and connection_id = $2`,
        [workspace, connection],
      )
      // Written once a minute at most: many steps a second may use it.
      if (use && !row.used_lately) {
        await queries.query(
          `update public.connections set last_used_at = now() where workspace_id = $1 and id = $2`,
          [workspace, connection],
        )
      }
      const { kind, name, status, settings } = row
      const { allowed_hosts: allowedHosts, rotated_at: rotatedAt } = row
      const secrets = Object.fromEntries(
        kept.map(({ field, key_id: keyId, ciphertext }) => [
          field,
          this.unseal({ keyId, ciphertext }, workspace, connection, field),
        ]),
      )
      const tokens = kept.find(({ field }) => field === TOKENS)
      return {
        ...{ id: connection, workspace, kind, name, status, settings, allowedHosts, rotatedAt },
        secrets,
        tokensUntil: tokens?.expires_at?.getTime() ?? null,
      }
    })
  }

  /** Encrypts one field of one connection: moved elsewhere, it doesn't open. */
  seal(secret: string, workspace: string, connection: string, field: string): Sealed {
    return this.#secrets.seal(secret, ownerOf(workspace, connection, field))
  }

  /** The reverse. Throws Unreadable for what was sealed elsewhere. */
  unseal(sealed: Sealed, workspace: string, connection: string, field: string): string {
    return this.#secrets.open(sealed, ownerOf(workspace, connection, field))
  }

  /** Puts a connection's secrets in the place of those that it had. */
  async replaceSecrets(
    queries: Queries,
    { workspace, id }: { workspace: string; id: string },
    secrets: Record<string, string>,
    { tokens }: { tokens: boolean },
  ): Promise<void> {
    await queries.query(
      `delete from private.connection_secrets where workspace_id = $1 and connection_id = $2`,
      [workspace, id],
    )
    const all = tokens ? { ...secrets, [TOKENS]: '{}' } : secrets
    for (const [field, secret] of Object.entries(all)) {
      const { keyId, ciphertext } = this.seal(secret, workspace, id, field)
      await queries.query(
        `insert into private.connection_secrets
           (workspace_id, connection_id, field, key_id, ciphertext, expires_at)
         values ($1, $2, $3, $4, $5, case when $3 = '${TOKENS}' then now() end)`,
        [workspace, id, field, keyId, Buffer.from(ciphertext)],
      )
    }
  }

  /** Encrypts anew what was encrypted with an older key, some at a time. Says how many there were. */
  async reseal(atMost = 500): Promise<number> {
    const old = await this.#pool.query<Place>(
      `select workspace_id, connection_id, field from private.secrets_of_other_keys($1, $2, $3)`,
      [this.#secrets.currentKeyId, this.#secrets.keyIds, atMost],
    )
    for (const place of old) {
      await this.within(place.workspace_id, (queries) => this.#resealOne(queries, place))
    }
    return old.length
  }

  async #resealOne(
    queries: Queries,
    { workspace_id: workspace, connection_id: id, field }: Place,
  ): Promise<void> {
    const [row] = await queries.query<SecretRow>(
      `select field, key_id, ciphertext, expires_at from private.connection_secrets
       where workspace_id = $1 and connection_id = $2 and field = $3
       for update`,
      [workspace, id, field],
    )
    if (row === undefined) return
    const { key_id: keyId, ciphertext } = row
    const anew = this.seal(
      this.unseal({ keyId, ciphertext }, workspace, id, field),
      ...([workspace, id, field] as const),
    )
    await queries.query(
      `update private.connection_secrets set key_id = $4, ciphertext = $5
       where workspace_id = $1 and connection_id = $2 and field = $3`,
      [workspace, id, field, anew.keyId, Buffer.from(anew.ciphertext)],
    )
  }
}

const ownerOf = (workspace: string, connection: string, field: string): string =>
  `connection ${workspace} ${connection} ${field}`
