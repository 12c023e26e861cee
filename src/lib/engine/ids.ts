import { z } from 'zod'

/**
 * Branded identifiers: a workflow's id can't be passed where an execution's is wanted.
 * Each is a plain string at run time; the schemas are used wherever data comes in from outside.
 */
export const WorkspaceId = z.uuid().brand<'WorkspaceId'>()
export type WorkspaceId = z.infer<typeof WorkspaceId>

export const WorkflowId = z.uuid().brand<'WorkflowId'>()
export type WorkflowId = z.infer<typeof WorkflowId>

export const VersionId = z.uuid().brand<'VersionId'>()
export type VersionId = z.infer<typeof VersionId>

/** A time-ordered uuid (version 7), made by the application: executions are partitioned by it. */
export const ExecutionId = z.uuid().brand<'ExecutionId'>()
export type ExecutionId = z.infer<typeof ExecutionId>

/** Identity of a node within one workflow; stable over renames and versions. */
export const NodeId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/)
  .brand<'NodeId'>()
export type NodeId = z.infer<typeof NodeId>
