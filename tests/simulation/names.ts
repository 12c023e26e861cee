import { z } from 'zod'
import { ExecutionId, type MemoryStore } from '#lib/engine/index.ts'
import { nameOf } from './nodes.ts'

const ofFailure = z.object({ execution: z.object({ id: ExecutionId }) })

/** Stands behind the name of a replay, and of whatever it starts. */
const REPLAY = '~'
/** Stands behind the name of what a retried execution starts. */
const RETRY = '+'

/**
 * The names of executions, the same in all runs of a world. What an execution was started with says who it is; but a
 * replay, and what a retry calls a second time, are started with the same.
 */
export class Names {
  readonly #store: MemoryStore
  readonly #known = new Map<ExecutionId, string>()
  /** What there was when an execution was retried: anything else that it starts is of its second life. */
  readonly #thereAtRetry = new Map<ExecutionId, ReadonlySet<ExecutionId>>()

  constructor(store: MemoryStore) {
    this.#store = store
  }

  /** What an execution is called. */
  of(id: ExecutionId): string {
    const known = this.#known.get(id)
    if (known !== undefined) return known
    const root = this.#rootOf(id)
    const isReplay = this.#store.executions.get(root)?.made.replayOf !== undefined
    const there = this.#thereAtRetry.get(root)
    const isOfSecondLife = there !== undefined && !there.has(id)
    const marks = `${isReplay ? REPLAY : ''}${isOfSecondLife ? RETRY : ''}`
    const name = this.base(id).replace(/^\S+/, (first) => first + marks)
    this.#known.set(id, name)
    return name
  }

  /** What it calls itself: in its records, say. */
  base(id: ExecutionId): string {
    return nameOf(this.#store.executions.get(id)?.made.triggerData ?? null)
  }

  /** Somebody has an execution retried. */
  retried(id: ExecutionId): void {
    this.#thereAtRetry.set(id, new Set(this.#store.executions.keys()))
  }

  /** Whether an execution has had a second life. */
  wasRetried(id: ExecutionId): boolean {
    return this.#thereAtRetry.has(id)
  }

  /** The execution that all began with. */
  #rootOf(id: ExecutionId): ExecutionId {
    const made = this.#store.executions.get(id)?.made
    const failed = ofFailure.safeParse(made?.triggerData).data?.execution.id
    const starter = made?.parent?.execution ?? made?.caller ?? failed
    return starter === undefined ? id : this.#rootOf(starter)
  }
}
