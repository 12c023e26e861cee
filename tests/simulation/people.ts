import type { ExecutionId, StoredExecution } from '#lib/engine/index.ts'
import { numberOf, type Random } from './random.ts'
import type { World } from './world.ts'

type StoredWait = StoredExecution['waits'][number]

/** Those who answer what steps wait for: sooner or later, sometimes twice. What says that nobody comes gets no answer. */
export class People {
  readonly #world: World
  readonly #random: Random
  readonly #seen = new WeakSet<StoredWait>()

  constructor(world: World, random: Random) {
    this.#world = world
    this.#random = random
  }

  /** Looks at what is waited for. */
  look(): void {
    for (const [id, { waits }] of this.#world.database.store.executions) {
      for (const wait of waits) {
        if (this.#seen.has(wait) || wait.kind === 'execution' || wait.data === 'nobody') continue
        this.#seen.add(wait)
        this.#answer(id, wait)
        if (this.#world.faults.strike('delivery') !== null) this.#answer(id, wait)
      }
    }
  }

  #answer(execution: ExecutionId, { kind, key, node, path }: StoredWait): void {
    const { timeline, database } = this.#world
    // Mostly within moments, while the run that asked is still falling asleep.
    const after = this.#random.chance(0.7) ? this.#random.int(0, 20) : this.#random.int(0, 90_000)
    timeline.after(after, null, () => {
      const said = numberOf(`${node} ${path} ${kind} ${key.slice(key.lastIndexOf('/'))}`) % 1000
      const isTaken = database.deliver(execution, kind, key, { said })
      this.#world.log(null, `delivers ${kind} ${key}${isTaken ? '' : ', not taken'}`)
    })
  }
}
