import type { Role } from '#lib/access/roles.ts'

export type ConnectionStatus = 'unfinished' | 'ready' | 'broken' | 'revoked'

/** A connection, as its row has it: all of it but the secrets. */
export interface Connection {
  id: string
  name: string
  kind: string
  settings: Record<string, string | number>
  allowed_hosts: string[]
  used_by: Extract<Role, 'editor' | 'admin' | 'owner'>
  status: ConnectionStatus
  report: string | null
  tested_at: string | null
  created_by: string | null
  last_used_at: string | null
}

/** What came of a test. */
export interface Trial {
  ok: boolean
  report: string
}
