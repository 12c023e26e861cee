import type { ExecutionId } from '../ids.ts'
import type { Plan } from '../plan/plan.ts'
import type { StepRecord } from '../store.ts'
import { MOST_CHILDREN } from './limits.ts'
import { problems } from './problems.ts'

/** Counts what an execution starts. Those that never start any don't pay for it. */
export class Children {
  readonly #plan: Plan
  readonly #before: readonly StepRecord[]
  /** Started before this process took the execution up. */
  #known: number | null = null
  /** By id, because a transaction that is undone starts the same one again. */
  readonly #started = new Set<ExecutionId>()

  constructor(plan: Plan, before: readonly StepRecord[]) {
    this.#plan = plan
    this.#before = before
  }

  /** One more begins. Throws when there have been too many. */
  add(id: ExecutionId): void {
    this.#started.add(id)
    this.#known ??= this.#before.filter((record) => this.#hasStarted(record)).length
    if (this.#known + this.#started.size > MOST_CHILDREN) {
      this.#started.delete(id)
      throw problems.tooManyChildren(MOST_CHILDREN)
    }
  }

  #hasStarted({ node, status }: StepRecord): boolean {
    const starts = this.#plan.node(node)?.type.startsExecutions === true
    return starts && status !== 'skipped' && status !== 'running'
  }
}
