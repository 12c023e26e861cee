import type { NodeDefinition } from '../definition/schema.ts'
import type { NodeId } from '../ids.ts'
import type { NodeType } from '../nodes/define-node.ts'
import type { CompiledConfig } from './compile-config.ts'
import type { Entry } from './entry.ts'

/** A workflow made ready for running, once for all its executions. Nothing in it ever changes. */
export interface Plan {
  /** In an order in which every node comes after those that lead to it. */
  nodes: readonly PlanNode[]
  node(id: NodeId): PlanNode | undefined
  /** What starting at this trigger means for the joins. */
  entry(trigger: PlanNode): Entry
  /** How long an execution may take, waiting included. */
  timeoutMs: number | null
  /** Whether any of its steps looks at the execution itself. */
  usesExecution: boolean
  /** How many steps one may have; null: as many as the engine allows. */
  mostSteps: number | null
}

/** A node with everything about it that doesn't depend on an execution. */
export interface PlanNode {
  id: NodeId
  key: string
  title: string
  type: NodeType
  definition: NodeDefinition
  config: CompiledConfig
  /** Its place in `Plan.nodes`. */
  rank: number
  /** The loop whose body it's in. */
  loop: PlanNode | null
  /** Its place among the nodes of the same body (or of none). */
  slot: number
  /** Of a loop: the nodes of its body, without those of loops within. */
  body: readonly PlanNode[]
  incoming: readonly PlanEdge[]
  /** Edges that leave it, but not into its own body. */
  outgoing: readonly PlanEdge[]
  /** A loop in whose body, loops within included, everything only computes. */
  isPureLoop: boolean
  /** Of a loop: the edges into its body. */
  bodyEdges: readonly PlanEdge[]
  /** Earlier steps that set variables; later ones win. */
  settersBefore: readonly PlanNode[]
  /** Of a loop: those of its body, and those before. Its rules see them after each pass. */
  settersWithin: readonly PlanNode[]
  /** Where a switched-off step lets pass what arrived, and where a failed one goes on that is set to continue. */
  passPort: string
  /** Where it goes on when it fails; null: it doesn't. */
  failurePort: string | null
  timeoutMs: number | null
}

/** An edge between two nodes of a plan. */
export interface PlanEdge {
  source: PlanNode
  port: string
  target: PlanNode
}
