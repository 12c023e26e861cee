import type { Data } from '../data.ts'
import type { PlanNode } from '../plan/plan.ts'
import type { Facts } from '../run/scope.ts'
import type { RunState } from '../run/state.ts'
import type { ClaimedExecution, VersionRecord } from '../store.ts'

/**
 * What templates see of an execution as a whole. A class, because a getter in an object literal gives every object a
 * shape of its own, which keeps alive what the getter sees until the next full collection: 8 kB an execution, and half
 * of the garbage collector's time.
 */
export class ExecutionFacts implements Facts {
  readonly workspace: Facts['workspace']
  readonly workflow: Facts['workflow']
  readonly execution: Facts['execution']
  readonly #state: RunState
  readonly #trigger: PlanNode

  constructor(
    claimed: ClaimedExecution,
    version: VersionRecord,
    state: RunState,
    trigger: PlanNode,
    callbackUrl: string | null,
  ) {
    this.workspace = version.workspace
    this.workflow = version.workflow
    this.execution = {
      id: claimed.lease.execution,
      mode: claimed.mode,
      startedAt: claimed.createdAt,
      ...(callbackUrl === null ? {} : { callback_url: callbackUrl }),
    }
    this.#state = state
    this.#trigger = trigger
  }

  /** What templates see as `trigger` is what the trigger node made of the payload. */
  get trigger(): Data {
    return this.#state.root.steps[this.#trigger.key] ?? null
  }
}
