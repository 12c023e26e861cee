import type { Role } from './membership.ts'
import type { WorkflowId, WorkspaceId, ExecutionId } from '../../../src/lib/engine/ids.ts'

/** What a key may be used for. A signed-in person needs none of them: their role decides. */
export type Scope =
  'workflows:read' | 'executions:read' | 'executions:run' | 'executions:control' | 'webhooks:write'

/** A version as the caller sees it. */
export interface SeenVersion {
  workspace_id: WorkspaceId
  kind: 'published' | 'test'
}

/** An execution that the caller sees. */
export interface SeenExecution {
  id: ExecutionId
  workspace_id: WorkspaceId
}

/** An execution with what is told of it. */
export interface ToldExecution extends SeenExecution {
  workflow_id: string
  version_id: string
  status: string
  mode: string
  error: unknown
  created_at: string
  finished_at: string | null
}

/** A workflow and what starts it. */
export interface ToldWorkflow {
  id: string
  name: string
  live_version_id: string | null
}

/** A trigger of a live workflow. */
export interface ToldTrigger {
  workflow_id: string
  node_id: string
  kind: string
}

/** Which executions are meant: those that ended in a status within a time. */
export interface Span {
  workflow: WorkflowId
  status: string
  from: string
  to: string
  limit: number
}

/** The functions of the database that callers reach; each checks by itself whether the caller may. */
export type Deed =
  | 'cancel_execution'
  | 'pause_execution'
  | 'resume_execution'
  | 'retry_execution'
  | 'decide_unclear_step'
  | 'ensure_webhook_endpoint'

/** Who is asking: a signed-in person, or a program with a key. Sees and does what is theirs, and nothing else. */
export interface Caller {
  /** The person, or the one who made the key. */
  readonly id: string
  /** Whose doing it is: the person's id, or the key's. What executions say that they were started by. */
  readonly doer: string
  /** The same, as the audit log's triggers read it from `weft.actor`. */
  readonly actor: string
  /** Null for people. */
  readonly scopes: readonly string[] | null
  roleIn(workspace: string): Promise<Role | undefined>
  version(workflow: WorkflowId, version: string): Promise<SeenVersion | undefined>
  executions(ids: readonly string[]): Promise<SeenExecution[]>
  executionsOf(span: Span): Promise<SeenExecution[]>
  execution(id: string): Promise<ToldExecution | undefined>
  workflows(workspace: string): Promise<{ workflows: ToldWorkflow[]; triggers: ToldTrigger[] }>
  /** Calls a database function as the caller. */
  call<Result>(name: Deed, values: Record<string, unknown>): Promise<Result>
}
