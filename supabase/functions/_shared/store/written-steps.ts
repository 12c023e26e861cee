import type { ClaimedExecution, Lease, StepRecord } from '../../../../src/lib/engine/store.ts'

/**
 * How far the executions in hand have been written. Numbers are given once, in order, when an attempt starts: a step
 * with a higher number than any that was written can't be there yet and is inserted without looking. One number an
 * execution, however many steps it has.
 */
export class WrittenSteps {
  readonly #highest = new Map<string, number>()

  claimed(execution: ClaimedExecution): void {
    const highest = execution.steps.at(-1)?.seq
    if (highest !== undefined) this.#highest.set(nameOf(execution.lease), highest)
  }

  isFresh(lease: Lease, step: StepRecord): boolean {
    return step.seq > (this.#highest.get(nameOf(lease)) ?? 0)
  }

  written(lease: Lease, steps: StepRecord[]): void {
    const name = nameOf(lease)
    let highest = this.#highest.get(name) ?? 0
    for (const step of steps) highest = Math.max(highest, step.seq)
    this.#highest.set(name, highest)
  }

  /** The lease is given up or gone, or a write failed, after which nobody writes under this lease any more. */
  forget(lease: Lease): void {
    this.#highest.delete(nameOf(lease))
  }
}

const nameOf = (lease: Lease): string => `${lease.execution} ${lease.number}`
