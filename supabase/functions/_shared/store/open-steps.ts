import type { ClaimedExecution, Lease, StepRecord } from '../../../../src/lib/engine/store.ts'

const OPEN = new Set(['running', 'waiting'])

const keyOf = (step: StepRecord): string => `${step.node}@${step.path}@${step.attempt}`

/**
 * Which step attempts of the executions in hand are in the database and still open. Only those are ever written again,
 * so all others can be inserted without looking.
 */
export class OpenSteps {
  readonly #open = new Map<string, Set<string>>()

  claimed(execution: ClaimedExecution): void {
    const open = execution.steps.filter((step) => OPEN.has(step.status)).map(keyOf)
    if (open.length > 0) this.#open.set(execution.lease.execution, new Set(open))
  }

  isFresh(lease: Lease, step: StepRecord): boolean {
    return this.#open.get(lease.execution)?.has(keyOf(step)) !== true
  }

  written(lease: Lease, steps: StepRecord[], keepsLease: boolean): void {
    if (!keepsLease) {
      this.#open.delete(lease.execution)
      return
    }
    for (const step of steps) {
      const open = this.#open.get(lease.execution)
      if (!OPEN.has(step.status)) open?.delete(keyOf(step))
      else if (open !== undefined) open.add(keyOf(step))
      else this.#open.set(lease.execution, new Set([keyOf(step)]))
    }
  }

  /** The lease is gone; whoever has it now knows better. */
  forget(execution: string): void {
    this.#open.delete(execution)
  }
}
