/** What members are asked to decide, as its row has it. */
export interface Approval {
  id: string
  execution_id: string
  title: string
  description: string
  policy: 'any' | 'all' | 'majority'
  status: 'pending' | 'approved' | 'rejected' | 'closed'
  due_at: string | null
  opened_at: string
  ended_at: string | null
}

/** What one member decided, and why. */
export interface Decision {
  decided_by: string
  decision: 'approved' | 'rejected'
  comment: string
  decided_at: string
}

/** An e-mail to one of those who are asked. */
export interface ApprovalMail {
  reason: 'asked' | 'escalated' | 'reminder'
  /** The how many-th reminder. */
  number: number
  status: 'waiting' | 'sent' | 'failed' | 'not_needed'
  /** Why the last attempt to send it failed. */
  problem: { title: string; detail: string } | null
  ended_at: string | null
}

/** An approval with all that was decided about it so far, and who was told of it. */
export interface ApprovalWithDecisions extends Approval {
  approval_decisions: Decision[]
  approval_mails: ApprovalMail[]
}
