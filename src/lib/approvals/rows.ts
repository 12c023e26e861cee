/** What members are asked to decide, as its row has it. */
export interface Approval {
  id: string
  execution_id: string
  title: string
  description: string
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

/** An approval with all that was decided about it so far. */
export interface ApprovalWithDecisions extends Approval {
  approval_decisions: Decision[]
}
