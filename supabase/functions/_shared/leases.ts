import type { ExecutionId } from '../../../src/lib/engine/ids.ts'
import type { Lease } from '../../../src/lib/engine/store.ts'
import { isOutage } from './database/outage.ts'
import { RENEW_EVERY_SECONDS } from './store/lease.ts'

/** What the keeper asks of the store. */
interface Renewing {
  renew(leases: Lease[]): Promise<{ lost: ExecutionId[]; cancelRequested: ExecutionId[] }>
}

interface Held {
  lease: Lease
  since: number
}

/** Holds the leases of the executions that this process runs, and renews those that last longer than a moment. */
export class LeaseKeeper {
  readonly #store: Renewing
  readonly #told: {
    lost(execution: ExecutionId): void
    cancelRequested(execution: ExecutionId): void
  }
  readonly #held = new Map<ExecutionId, Held>()
  readonly #timer: ReturnType<typeof setInterval>
  #renewing = false

  constructor(store: Renewing, told: LeaseKeeper['told']) {
    this.#store = store
    this.#told = told
    this.#timer = setInterval(() => void this.#renew(), RENEW_EVERY_SECONDS * 1000)
    // Alone, it's no reason for the process to stay.
    Deno.unrefTimer(this.#timer as unknown as number) // Deno's timers are numbers, node's types say otherwise
  }

  get told() {
    return this.#told
  }

  get count(): number {
    return this.#held.size
  }

  get leases(): Lease[] {
    return [...this.#held.values()].map((held) => held.lease)
  }

  hold(lease: Lease): void {
    this.#held.set(lease.execution, { lease, since: performance.now() })
  }

  release(execution: ExecutionId): void {
    this.#held.delete(execution)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #renew(): Promise<void> {
    // A lease that is younger than half a round is in no danger.
    const old = performance.now() - RENEW_EVERY_SECONDS * 500
    const leases = [...this.#held.values()]
      .filter((held) => held.since < old)
      .map((held) => held.lease)
    if (leases.length === 0 || this.#renewing) return
    this.#renewing = true
    try {
      const { lost, cancelRequested } = await this.#store.renew(leases)
      for (const execution of lost) this.#told.lost(execution)
      for (const execution of cancelRequested) this.#told.cancelRequested(execution)
    } catch (problem) {
      // Away for longer than a lease lasts, others take over, and the next write says so.
      if (!isOutage(problem)) console.error('weft: leases could not be renewed', problem)
    } finally {
      this.#renewing = false
    }
  }
}
