import { z } from 'zod'
import type { Data } from '../data.ts'
import { NodeId, WorkflowId } from '../ids.ts'
import { groupDefinition, noteDefinition } from './drawing.ts'

/** The schema version that this engine writes; older ones are upgraded on reading. */
export const DEFINITION_SCHEMA = 1

/** Any stored data. Checked shallowly: definitions come through JSON, so nothing else can be in them. */
const data = z.custom<Data>((value) => value !== undefined)

/** What happens after a failed attempt, before the step counts as failed. */
export const retryPolicy = z.object({
  /** Attempts in all, the first included. */
  attempts: z.int().min(1).max(20),
  backoff: z.enum(['fixed', 'exponential']),
  /** Wait before the second attempt; doubled each time when exponential. */
  delaySeconds: z.number().min(0).max(86_400),
})
export type RetryPolicy = z.infer<typeof retryPolicy>

/** One box in the drawing. */
export const nodeDefinition = z.object({
  id: NodeId,
  /** The name that templates use: `{{ steps.<key>.… }}`. Unique in the workflow; set once, titles change freely. */
  key: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
  /** A node type of the registry, e.g. `records.create`. */
  type: z.string().min(1),
  /** Version of the node type that this config was written for. */
  version: z.int().min(1),
  title: z.string().max(200),
  position: z.object({ x: z.number(), y: z.number() }),
  /** The group of the drawing that it stands in. Like the position, it says nothing to the engine. */
  group: z.string().min(1).max(64).optional(),
  config: z.record(z.string(), data),
  retry: retryPolicy.optional(),
  timeoutSeconds: z.number().positive().max(86_400).optional(),
  onError: z.enum(['stop', 'continue', 'port']).default('stop'),
  disabled: z.boolean().default(false),
  /** Output that stands in for running the step while testing; ignored in live executions. */
  pinned: data.optional(),
  note: z.string().max(10_000).optional(),
})
export type NodeDefinition = z.infer<typeof nodeDefinition>

/** A line between two ports. */
export const edgeDefinition = z.object({
  id: z.string().min(1).max(200),
  source: NodeId,
  sourcePort: z.string().min(1),
  target: NodeId,
  targetPort: z.string().min(1).default('in'),
})
export type EdgeDefinition = z.infer<typeof edgeDefinition>

/** Rules for the whole workflow. */
export const workflowSettings = z.object({
  /** An execution older than this is stopped as timed out. Waiting counts. */
  timeoutSeconds: z
    .number()
    .positive()
    .max(366 * 86_400)
    .optional(),
  /** Started when an execution fails or runs out of time; its trigger "When a workflow fails" is given what happened. */
  errorWorkflow: WorkflowId.optional(),
  /** How many of its executions may be under way at once, waiting ones included. Test runs don't count. */
  maxConcurrency: z.int().min(1).max(1000).optional(),
  /** What becomes of one that comes while as many are under way: it waits for its turn unless told otherwise. */
  overlap: z.enum(['queue', 'skip', 'replace']).optional(),
  /** How many may begin within a span of time. Beyond, a webhook's sender is told to come later; all others wait. */
  rateLimit: z
    .object({ count: z.int().min(1).max(10_000), perSeconds: z.number().min(1).max(86_400) })
    .optional(),
  /** How many steps one execution may have; more is a loop that nobody meant. */
  maxSteps: z.int().min(1).max(1_000_000).optional(),
  /** For how many days executions are kept once they are over, where that is shorter than for everybody on this system. */
  retentionDays: z.int().min(1).max(3650).optional(),
})
export type WorkflowSettings = z.infer<typeof workflowSettings>

/** A whole workflow as drawn, published and executed. */
export const workflowDefinition = z.object({
  schema: z.literal(DEFINITION_SCHEMA),
  nodes: z.array(nodeDefinition).max(2000),
  edges: z.array(edgeDefinition).max(10_000),
  settings: workflowSettings,
  /** Only drawn, never run; left out when there are none. */
  notes: z.array(noteDefinition).max(500).optional(),
  groups: z.array(groupDefinition).max(500).optional(),
})
export type WorkflowDefinition = z.infer<typeof workflowDefinition>
