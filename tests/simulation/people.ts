import type { Data, ExecutionId, StoredExecution, Verdict } from '#lib/engine/index.ts'
import { idempotencyKey } from '#lib/engine/execute/idempotency-key.ts'
import type { Mark } from './partner.ts'
import { numberOf, type Random } from './random.ts'
import type { World } from './world.ts'

type StoredWait = StoredExecution['waits'][number]

/** Those who answer what steps wait for: sooner or later, sometimes twice. What says that nobody comes gets no answer. */
export class People {
  /** By place: how often somebody said that an unclear step is to be done again. */
  readonly #repeats = new Map<string, number>()
  /** What somebody has said of unclear steps. */
  readonly verdicts = new Set<Verdict>()
  readonly #world: World
  readonly #random: Random
  /** What a fault-free run is told of the run that it's compared with. */
  readonly #marks: ReadonlyMap<string, Mark>
  readonly #seen = new WeakSet<StoredWait>()

  constructor(world: World, random: Random, marks: ReadonlyMap<string, Mark>) {
    this.#world = world
    this.#random = random
    this.#marks = marks
  }

  /** How often somebody said of a step that it's to be done again, in all of its execution's lives. */
  repeatsOf(execution: ExecutionId, at: string): number {
    return [false, true].reduce(
      (sum, life) => sum + (this.#repeats.get(this.#world.placeOf(execution, at, life)) ?? 0),
      0,
    )
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

  #answer(execution: ExecutionId, wait: StoredWait): void {
    const { timeline } = this.#world
    // Mostly within moments, while the run that asked is still falling asleep.
    const after = this.#random.chance(0.7) ? this.#random.int(0, 20) : this.#random.int(0, 90_000)
    timeline.after(after, null, () => {
      if (wait.kind === 'verdict') return this.#judge(execution, wait)
      const { kind, key, node, path } = wait
      const said = numberOf(`${node} ${path} ${kind} ${key.slice(key.lastIndexOf('/'))}`) % 1000
      this.#deliver(execution, wait, { said })
    })
  }

  /** Somebody looks on the other side what became of an unclear step, and says so. */
  #judge(execution: ExecutionId, wait: StoredWait): void {
    const { node, path } = wait
    const place = this.#world.placeOf(execution, `${node}@${path}`)
    const called = this.#world.partner.calls.get(idempotencyKey(execution, node, path))
    const verdict = this.#verdictOn(place, (called?.effects ?? 0) > 0)
    const output = verdict === 'happened' ? (called?.came ?? null) : null
    const isTaken = this.#deliver(execution, wait, { verdict, output, by: 'Ada' })
    if (!isTaken) return
    this.verdicts.add(verdict)
    if (verdict === 'again') this.#repeats.set(place, (this.#repeats.get(place) ?? 0) + 1)
  }

  #verdictOn(place: string, hasHappened: boolean): Verdict {
    // Without faults, everybody knows what is the case, but where the other run was given up.
    if (this.#world.isFaultFree) {
      if (this.#marks.get(place) === 'unclear') return 'failed'
      return hasHappened ? 'happened' : 'again'
    }
    if (this.#random.chance(0.1)) return 'failed'
    // Some would rather have it twice than not at all.
    return hasHappened && this.#random.chance(0.9) ? 'happened' : 'again'
  }

  #deliver(execution: ExecutionId, { kind, key, node, path }: StoredWait, data: Data): boolean {
    const isTaken = this.#world.database.deliver(execution, kind, key, data, { node, path })
    const said = kind === 'verdict' ? ` ${JSON.stringify(data)}` : ''
    this.#world.log(null, `delivers ${kind} ${key}${said}${isTaken ? '' : ', not taken'}`)
    return isTaken
  }
}
