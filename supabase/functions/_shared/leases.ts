import type { Engine } from './engine.ts'
import { isOutage } from './database/outage.ts'
import { RENEW_EVERY_SECONDS } from './store/lease.ts'
import type { PostgresStore } from './store/postgres-store.ts'

/**
 * Renews the leases of what an engine runs, and tells it what was lost and what people want stopped. Executions that
 * are over within a moment never cost a renewal: only those that were there at the last look, too.
 */
export class LeaseKeeper {
  readonly #store: PostgresStore
  readonly #engine: Engine
  readonly #timer: number
  #seenBefore = new Set<string>()
  #renewing = false

  constructor(store: PostgresStore, engine: Engine) {
    this.#store = store
    this.#engine = engine
    this.#timer = Number(setInterval(() => void this.#renew(), (RENEW_EVERY_SECONDS * 1000) / 2))
    // Alone, it's no reason for the process to stay.
    Deno.unrefTimer(this.#timer)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #renew(): Promise<void> {
    if (this.#renewing) return
    const active = this.#engine.active()
    const leases = active.filter((lease) => this.#seenBefore.has(lease.execution))
    this.#seenBefore = new Set(active.map((lease) => lease.execution))
    if (leases.length === 0) return
    this.#renewing = true
    try {
      const { lost, cancelRequested, pauseRequested = [] } = await this.#store.renew(leases)
      for (const execution of cancelRequested) this.#engine.stop(execution, 'cancelled')
      for (const execution of pauseRequested) this.#engine.stop(execution, 'paused')
      // What ended while we asked isn't there any more; stopping it does nothing.
      for (const execution of lost) this.#engine.stop(execution, 'lost')
    } catch (problem) {
      // Away for longer than a lease lasts, others take over, and the next write says so.
      if (!isOutage(problem)) console.error('weft: leases could not be renewed', problem)
    } finally {
      this.#renewing = false
    }
  }
}
