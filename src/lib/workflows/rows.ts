import type { ExecutionStatus } from '#lib/executions/rows.ts'

/** What people see of a workflow at a glance. */
export type WorkflowStatus = 'live' | 'paused' | 'draft' | 'archived'

/** A trigger of a workflow, with its settings. */
export interface Trigger {
  workflow_id: string
  node_id: string
  /** E.g. trigger.webhook. */
  kind: string
  config: Record<string, unknown>
  next_fire_at: string | null
}

/** The latest execution of a workflow. */
export interface LastExecution {
  id: string
  workflow_id: string
  status: ExecutionStatus
  mode: 'live' | 'test'
  created_at: string
  finished_at: string | null
}

/** A workflow as it's kept. */
export interface Workflow {
  id: string
  workspace_id: string
  name: string
  description: string
  live_version_id: string | null
  latest_version_id: string | null
  /** Only some members can see it. */
  is_restricted: boolean
  archived_at: string | null
  created_at: string
  updated_at: string
  owner: { user_id: string; display_name: string } | null
}

/** A workflow with what the list shows beside it. */
export interface WorkflowEntry extends Workflow {
  triggers: readonly Trigger[]
  last: LastExecution | undefined
}

/** What people see of a workflow at a glance. */
export function statusOf(
  workflow: Pick<Workflow, 'archived_at' | 'live_version_id' | 'latest_version_id'>,
): WorkflowStatus {
  if (workflow.archived_at !== null) return 'archived'
  if (workflow.live_version_id !== null) return 'live'
  return workflow.latest_version_id !== null ? 'paused' : 'draft'
}
