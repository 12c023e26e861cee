import { acts, ExecutionId, type ExecutionStatus, type StoredExecution } from '#lib/engine/index.ts'
import { types } from './nodes.ts'
import type { Request } from './population.ts'
import { LOOKS_AFTER_MS, type WantedReplay } from './wishes.ts'
import type { World } from './world.ts'

const OVER: ReadonlySet<ExecutionStatus> = new Set([
  'succeeded',
  'failed',
  'cancelled',
  'timed_out',
])

/** Those who cancel executions, let them rest, have them retried and replayed. */
export class Operators {
  /** How executions had ended that were retried. */
  readonly retried = new Map<ExecutionId, ExecutionStatus>()
  /** Those that somebody has let rest. */
  readonly rested = new Set<ExecutionId>()
  /** Those that somebody has let rest and forgotten. */
  readonly forgotten = new Set<ExecutionId>()
  /** Replays that do everything again, because somebody has asked for it. */
  readonly repeatsAll = new Set<ExecutionId>()
  /** Replays that weren't possible. */
  readonly refused = new Map<ExecutionId, string>()
  readonly #world: World
  readonly #requests: Request[]
  /** Requests whose end somebody has seen and is about to do something about. */
  readonly #seen = new Set<ExecutionId>()
  readonly #replayed = new Set<ExecutionId>()

  constructor(world: World, requests: readonly Request[]) {
    this.#world = world
    this.#requests = [...requests]
    if (world.isFaultFree) return
    for (const request of requests) {
      this.#cancel(request)
      this.#pause(request)
    }
  }

  /** Looks at what has ended. */
  look(): void {
    const { store } = this.#world.database
    for (const request of this.#requests) {
      const { id } = request.execution
      const stored = store.executions.get(id)
      if (stored === undefined || !OVER.has(stored.status) || this.#seen.has(id)) continue
      if (request.wishes.retries && stored.status !== 'succeeded' && !this.retried.has(id)) {
        this.#later(id, () => this.#retry(stored))
      } else if (request.wishes.replay !== null && !this.#replayed.has(id)) {
        const { replay } = request.wishes
        this.#later(id, () => this.#replay(id, replay))
      }
    }
  }

  #later(id: ExecutionId, act: () => void): void {
    this.#seen.add(id)
    this.#world.timeline.after(LOOKS_AFTER_MS, null, () => {
      this.#seen.delete(id)
      act()
    })
  }

  #retry(stored: StoredExecution): void {
    const { id } = stored.made
    this.#world.log(null, `retries ${id.slice(-4)}, which is ${stored.status}`)
    this.retried.set(id, stored.status)
    this.#world.names.retried(id)
    this.#world.database.retry(id)
    this.#world.partner.meetsAgain(id, (place) => this.#isDone(id, place))
  }

  /** Whether a step is answered from its record when the execution is taken up. */
  #isDone(id: ExecutionId, place: string): boolean {
    const steps = this.#world.database.store.steps(id)
    return steps.some(({ node, path }) => `${node}@${path}` === place)
  }

  #replay(of: ExecutionId, wish: WantedReplay): void {
    this.#world.log(null, `wants a replay of ${of.slice(-4)}: ${JSON.stringify(wish)}`)
    this.#replayed.add(of)
    const id = replayId(of)
    if (wish.repeatsAll) this.repeatsAll.add(id)
    this.#world.database.askForReplay({ id, of, wish })
  }

  /** Somebody thinks better of it. */
  #cancel({ execution: { id }, cancelAt }: Request): void {
    if (cancelAt === null) return
    this.#world.timeline.after(cancelAt, null, () => {
      this.#world.log(null, `cancels ${id.slice(-4)}`)
      this.#world.database.cancel(id)
    })
  }

  #pause({ execution: { id }, wishes: { pause } }: Request): void {
    if (pause === null) return
    const { timeline, database } = this.#world
    timeline.after(pause.at, null, () => {
      const stored = database.store.executions.get(id)
      if (stored === undefined || OVER.has(stored.status)) return
      this.#world.log(null, `lets ${id.slice(-4)} rest`)
      database.pause(id)
      this.rested.add(id)
      if (pause.for === null) return void this.forgotten.add(id)
      timeline.after(pause.for, null, () => {
        this.#world.log(null, `${pause.endsIt ? 'cancels' : 'lets go on'} ${id.slice(-4)}`)
        if (pause.endsIt) database.cancel(id)
        else database.resume(id)
      })
    })
  }
}

/** The one id of an execution's replay. */
const replayId = (of: ExecutionId): ExecutionId =>
  ExecutionId.parse(`${of.slice(0, 20)}004${of.slice(23)}`)

/** Whether a step of this type leaves something behind. */
export const leavesSomething = (type: string): boolean => {
  const known = types.get(type)
  return known !== undefined && acts(known)
}
