import type { Connection } from '../database/connection.ts'
import { span } from './id-span.ts'
import { LEASE_SECONDS } from './lease.ts'

/** An execution's row as a claim hands it over. */
export interface ClaimedRow {
  id: string
  workspace_id: string
  workflow_id: string
  version_id: string
  lease_number: number
  trigger_node: string
  trigger_data: unknown
  mode: 'live' | 'test'
  created_at: Date
  retried_at: Date | null
  cancel_requested: boolean
  depth: number
  is_awaited: boolean
}

// The statements themselves are functions of the database, so that they are planned once a connection:
// supabase/migrations/20261123001810_claim_statements.sql has them.
const CLAIM = `select * from private.claim_executions($1::uuid[], $2::uuid, $3::uuid, interval '${LEASE_SECONDS} s')`
const CLAIM_ABANDONED = `select * from private.claim_abandoned($1, interval '${LEASE_SECONDS} s')`

/** Takes the lease of those that are there to be taken. */
export function claimRows(connection: Connection, ids: string[]): Promise<ClaimedRow[]> {
  return connection.query<ClaimedRow>(CLAIM, [ids, ...span(ids)])
}

/** Takes over at most `limit` executions that nobody works on. */
export function claimAbandonedRows(connection: Connection, limit: number): Promise<ClaimedRow[]> {
  return connection.query<ClaimedRow>(CLAIM_ABANDONED, [limit])
}
