import type { SupabaseClient } from '@supabase/supabase-js'
import { untrack } from 'svelte'
import { sentenceFor, type DatabaseProblem } from '#lib/access/problems.ts'
import { Merger } from '#lib/live/merge.ts'
import type { LiveState } from '#lib/live/topic.ts'
import { fits, type ExecutionFilter } from './filter.ts'
import type { ExecutionScope } from './queries.ts'
import { mergedExecution, type Execution } from './rows.ts'
import { sourceOf, type ExecutionSource } from './source.ts'

const pageSize = 50
/** On a busy server news come faster than anybody reads: they're gathered, and the oldest rows give way. */
const atOnceUpTo = 100
const gatherFor = 200
const mostTold = 500

/**
 * The executions of a workspace or a workflow, newest first, kept up to date while `start` is in force:
 * `$effect(() => list.start())`.
 */
export class LiveExecutions {
  /** Newest first. */
  rows = $state.raw<Execution[]>([])
  state = $state<LiveState>('connecting')
  /** Whether there are older ones that `loadMore` would bring. */
  more = $state(false)
  /** False until the first fetch (or what the page brought along). */
  loaded = $state(false)
  /** Why the last fetch failed, in a sentence. */
  problem = $state<string>()

  readonly #source: ExecutionSource
  readonly #scope: ExecutionScope
  readonly #also: readonly string[]
  #filter: ExecutionFilter
  #question = 0
  #most = mostTold
  #gathering: ReturnType<typeof setTimeout> | undefined
  #merger = new Merger<Execution>(({ id }) => id, mergedExecution)

  constructor(
    from: ExecutionSource | SupabaseClient,
    scope: ExecutionScope,
    /** `also`: further topics that tell of these executions. */
    options: {
      filter?: ExecutionFilter
      initial?: readonly Execution[]
      also?: readonly string[]
    } = {},
  ) {
    this.#source = sourceOf(from)
    this.#scope = scope
    this.#filter = options.filter ?? {}
    this.#also = options.also ?? []
    if (options.initial) {
      this.#merger.fetching()(options.initial)
      this.#took(options.initial.length, pageSize)
    }
  }

  /** Begins to listen; the answer ends it. */
  start(): () => void {
    const scope = this.#scope
    const topic =
      'workspace' in scope ? `workspace:${scope.workspace}` : `workflow:${scope.workflow}`
    let joined = false
    const heard = (event: string, row: Record<string, unknown>): void => {
      // The database sends the row as it is in its table.
      if (event === 'execution') this.#heard(row as unknown as Execution)
    }
    const stop = this.#source.listen(topic, {
      heard,
      joined: () => {
        joined = true
        void this.refetch()
      },
      state: (state) => (this.state = state),
    })
    const stops = this.#also.map((one) =>
      this.#source.listen(one, { heard, joined: () => void this.refetch(), state: () => {} }),
    )
    // Without waiting for the channel, which may take its time or never come. What is read for that is no reason for the
    // effect that listens to begin anew.
    untrack(() => {
      if (!joined && !this.loaded) void this.refetch()
    })
    return () => {
      stop()
      for (const end of stops) end()
      clearTimeout(this.#gathering)
      this.#gathering = undefined
    }
  }

  /** Fetches what's shown once more. */
  async refetch(): Promise<void> {
    await this.#fetch(undefined, Math.min(500, Math.max(pageSize, this.rows.length)))
  }

  /** Fetches the next older ones. */
  async loadMore(): Promise<void> {
    this.#most = Math.max(mostTold, this.rows.length + pageSize)
    await this.#fetch(this.rows.at(-1)?.id, pageSize)
  }

  /** Asks for others: starts over with this filter. */
  async show(filter: ExecutionFilter): Promise<void> {
    this.#filter = filter
    this.#question += 1
    this.#merger.clear()
    this.loaded = false
    this.rows = []
    await this.refetch()
  }

  async #fetch(before: string | undefined, limit: number): Promise<void> {
    const question = this.#question
    const bring = this.#merger.fetching()
    try {
      const options = { filter: this.#filter, before, limit }
      const rows = await this.#source.executions(this.#scope, options)
      // Meanwhile somebody asked for others.
      if (question !== this.#question) return
      bring(rows, { all: before === undefined })
      this.#took(rows.length, limit)
      this.problem = undefined
    } catch (error) {
      if (question === this.#question) this.problem = sentenceFor(error as DatabaseProblem)
    }
  }

  #took(count: number, limit: number): void {
    this.more = count === limit
    this.loaded = true
    this.#sort()
  }

  #heard(execution: Execution): void {
    if (fits(execution, this.#filter)) this.#merger.tell(execution)
    else this.#merger.drop(execution.id)
    if (this.rows.length < atOnceUpTo) this.#sort()
    else this.#gathering ??= setTimeout(() => this.#sort(), gatherFor)
  }

  #sort(): void {
    clearTimeout(this.#gathering)
    this.#gathering = undefined
    // Ids carry the time, so their order as text is the order in time.
    const rows = this.#merger.rows.sort((one, other) => (one.id < other.id ? 1 : -1))
    for (const old of rows.splice(this.#most)) {
      this.#merger.drop(old.id)
      this.more = true
    }
    this.rows = rows
  }
}
