import type { Renewed } from '../../../src/lib/engine/store.ts'
import type { Engine } from './engine.ts'
import { isOutage } from './database/outage.ts'
import { ASK_EVERY_SECONDS, RENEW_EVERY_SECONDS } from './store/lease.ts'
import type { PostgresStore } from './store/postgres-store.ts'

/**
 * Renews the leases of what an engine runs, and tells it what was lost, and within a second what people want stopped.
 * Executions that are over within a moment never cost a renewal: only those that were there at the last look, too.
 */
export class LeaseKeeper {
  readonly #store: PostgresStore
  readonly #engine: Engine
  readonly #timers: number[]
  #seenBefore = new Set<string>()
  #renewing = false
  #asking = false

  constructor(store: PostgresStore, engine: Engine) {
    this.#store = store
    this.#engine = engine
    this.#timers = [
      Number(setInterval(() => void this.#renew(), (RENEW_EVERY_SECONDS * 1000) / 2)),
      Number(setInterval(() => void this.#ask(), ASK_EVERY_SECONDS * 1000)),
    ]
    // Alone, they're no reason for the process to stay.
    for (const timer of this.#timers) Deno.unrefTimer(timer)
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
  }

  async #ask(): Promise<void> {
    const leases = this.#engine.active()
    if (this.#asking || leases.length === 0) return
    this.#asking = true
    try {
      this.#tell(await this.#store.wanted(leases))
    } catch (problem) {
      // The next look is soon.
      if (!isOutage(problem)) console.error('weft: nobody could say what people want', problem)
    } finally {
      this.#asking = false
    }
  }

  async #renew(): Promise<void> {
    if (this.#renewing) return
    const active = this.#engine.active()
    const leases = active.filter((lease) => this.#seenBefore.has(lease.execution))
    this.#seenBefore = new Set(active.map((lease) => lease.execution))
    if (leases.length === 0) return
    this.#renewing = true
    try {
      const renewed = await this.#store.renew(leases)
      this.#tell(renewed)
      // What ended while we asked isn't there any more; stopping it does nothing.
      for (const execution of renewed.lost) this.#engine.stop(execution, 'lost')
    } catch (problem) {
      // Away for longer than a lease lasts, others take over, and the next write says so.
      if (!isOutage(problem)) console.error('weft: leases could not be renewed', problem)
    } finally {
      this.#renewing = false
    }
  }

  #tell({ cancelRequested, pauseRequested = [] }: Omit<Renewed, 'lost'>): void {
    for (const execution of cancelRequested) this.#engine.stop(execution, 'cancelled')
    for (const execution of pauseRequested) this.#engine.stop(execution, 'paused')
  }
}
