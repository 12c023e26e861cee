import type { VersionId } from '../ids.ts'
import type { Registry } from '../nodes/registry.ts'
import type { VersionRecord } from '../store.ts'
import { compile } from './compile.ts'
import type { Plan } from './plan.ts'

/** Plans by version: versions never change, so a plan is made once. Holds the ones used last, up to a number. */
export class PlanCache {
  readonly #plans = new Map<VersionId, Plan>()
  readonly #registry: Registry
  readonly #limit: number
  #last: VersionId | undefined

  constructor(registry: Registry, limit = 500) {
    this.#registry = registry
    this.#limit = limit
  }

  /** A ConfigProblem when the definition can't be run. */
  plan(version: VersionRecord): Plan {
    const plan = this.#plans.get(version.id) ?? compile(version.definition, this.#registry)
    if (this.#last === version.id) return plan
    // Used last goes to the end; the one at the front is the one that nobody used for longest.
    this.#last = version.id
    this.#plans.delete(version.id)
    this.#plans.set(version.id, plan)
    for (const id of this.#plans.keys()) {
      if (this.#plans.size <= this.#limit) break
      this.#plans.delete(id)
    }
    return plan
  }
}
