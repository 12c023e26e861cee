import type { ExecutionId } from '../ids.ts'
import type { Plan, PlanNode } from '../plan/plan.ts'
import type { Services, WebhookResponse } from '../services.ts'
import type { ClaimedExecution, VersionRecord } from '../store.ts'
import type { RunStore } from './beginning.ts'

/** What a driver drives. */
export interface Drive {
  claimed: ClaimedExecution
  version: VersionRecord
  plan: Plan
  trigger: PlanNode
  store: RunStore
  services: Services
  /** Where the outside can call this execution; null where none of its steps wants to know. */
  callbackUrl: string | null
  /** Milliseconds since 1970 by which the lease should be given back. */
  deadline: number | null
  /** Moves the deadline to the moment when it's aborted. */
  handOver: AbortSignal | null
  /** Something for whoever operates this. */
  log(line: string): void
  onResponse(response: WebhookResponse): void
  /** Other executions can go on because of what this one wrote. */
  onReady(executions: readonly ExecutionId[]): void
}
