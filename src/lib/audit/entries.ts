/** Something that somebody did, as the database keeps it. */
export interface AuditEntry {
  id: string
  at: string
  actor_id: string | null
  actor_name: string
  actor_kind: 'person' | 'api_key' | 'engine' | 'system'
  /** What happened: "member.invited". */
  action: string
  subject_kind: string
  subject_id: string
  details: Record<string, unknown>
}

/** Somebody whom the log names. */
export interface AuditPerson {
  id: string
  name: string
}

/** The columns of an entry. */
export const entryColumns =
  'id, at, actor_id, actor_name, actor_kind, action, subject_kind, subject_id, details'

/** What one can choose from: each kind, and how its actions begin. */
export const kinds = {
  session: ['session.'],
  member: ['member.', 'invitation.'],
  workflow: ['workflow.'],
  execution: ['execution.'],
  approval: ['approval.'],
  data: ['pipeline.', 'records.'],
  connection: ['connection.'],
  key: ['api_key.', 'webhook.'],
  workspace: ['workspace.', 'audit.'],
} as const satisfies Record<string, readonly string[]>

/** A kind of entries that one can choose. */
export type AuditKind = keyof typeof kinds
