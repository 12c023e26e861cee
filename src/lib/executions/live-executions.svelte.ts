import type { SupabaseClient } from '@supabase/supabase-js'
import { sentenceFor, type DatabaseProblem } from '#lib/access/problems.ts'
import { Merger } from '#lib/live/merge.ts'
import { listen, type LiveState } from '#lib/live/topic.ts'
import { fits, type ExecutionFilter } from './filter.ts'
import { getExecution, getStep, listExecutions, listSteps, type ExecutionScope } from './queries.ts'
import { isLeftOut, stepKey, type Execution, type Step } from './rows.ts'

const pageSize = 50

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

  readonly #supabase: SupabaseClient
  readonly #scope: ExecutionScope
  #filter: ExecutionFilter
  #question = 0
  #merger = new Merger<Execution>(({ id }) => id)

  constructor(
    supabase: SupabaseClient,
    scope: ExecutionScope,
    options: { filter?: ExecutionFilter; initial?: readonly Execution[] } = {},
  ) {
    this.#supabase = supabase
    this.#scope = scope
    this.#filter = options.filter ?? {}
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
    return listen(this.#supabase, topic, {
      heard: (event, row) => {
        // The database sends the row as it is in its table.
        if (event === 'execution') this.#heard(row as unknown as Execution)
      },
      joined: () => void this.refetch(),
      state: (state) => (this.state = state),
    })
  }

  /** Fetches what's shown once more. */
  async refetch(): Promise<void> {
    await this.#fetch(undefined, Math.min(500, Math.max(pageSize, this.rows.length)))
  }

  /** Fetches the next older ones. */
  async loadMore(): Promise<void> {
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
      const rows = await listExecutions(this.#supabase, this.#scope, options)
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
    this.#sort()
  }

  #sort(): void {
    // Ids carry the time, so their order as text is the order in time.
    this.rows = this.#merger.rows.sort((one, other) => (one.id < other.id ? 1 : -1))
  }
}

/** One execution with its steps, kept up to date while `start` is in force. */
export class LiveExecution {
  readonly id: string
  execution = $state.raw<Execution | null>(null)
  /** In the order they began; every attempt, superseded ones as well. */
  steps = $state.raw<Step[]>([])
  state = $state<LiveState>('connecting')
  /** False until the first fetch. */
  loaded = $state(false)
  problem = $state<string>()

  readonly #supabase: SupabaseClient
  #executions = new Merger<Execution>(({ id }) => id)
  #steps = new Merger<Step>(stepKey, mergedStep)

  constructor(
    supabase: SupabaseClient,
    id: string,
    initial?: { execution: Execution; steps: readonly Step[] },
  ) {
    this.#supabase = supabase
    this.id = id
    if (initial) {
      this.#executions.fetching()([initial.execution])
      this.#steps.fetching()(initial.steps)
      this.loaded = true
      this.#publish()
    }
  }

  /** Begins to listen; the answer ends it. */
  start(): () => void {
    return listen(this.#supabase, `execution:${this.id}`, {
      heard: (event, row) => {
        // The database sends the rows as they are in their tables.
        if (event === 'execution') this.#executions.tell(row as unknown as Execution)
        if (event === 'step') this.#steps.tell(row as unknown as Step)
        this.#publish()
      },
      joined: () => void this.refetch(),
      state: (state) => (this.state = state),
    })
  }

  /** Fetches everything once more. */
  async refetch(): Promise<void> {
    const bringExecution = this.#executions.fetching()
    const bringSteps = this.#steps.fetching()
    try {
      const [execution, steps] = await Promise.all([
        getExecution(this.#supabase, this.id),
        listSteps(this.#supabase, this.id),
      ])
      if (execution) bringExecution([execution])
      bringSteps(steps)
      this.problem = undefined
      this.loaded = true
    } catch (error) {
      this.problem = sentenceFor(error as DatabaseProblem)
    }
    this.#publish()
  }

  /** Brings a step's input and output where they were left out. */
  async load(step: Pick<Step, 'node_id' | 'path' | 'attempt'>): Promise<void> {
    const known = this.#steps.get(stepKey(step))
    if (known && !isLeftOut(known.input) && !isLeftOut(known.output)) return
    try {
      const whole = await getStep(this.#supabase, { ...step, execution_id: this.id })
      if (whole) this.#steps.tell(whole)
      this.problem = undefined
    } catch (error) {
      this.problem = sentenceFor(error as DatabaseProblem)
    }
    this.#publish()
  }

  #publish(): void {
    this.execution = this.#executions.get(this.id) ?? null
    this.steps = this.#steps.rows.sort((one, other) => one.seq - other.seq)
  }
}

/** A told step over a known one: a finished attempt stays finished, and values once fetched aren't lost again. */
function mergedStep(known: Step, told: Step): Step {
  if (known.finished_at !== null && told.finished_at === null) return known
  const same = known.finished_at === told.finished_at
  return {
    ...told,
    input: isLeftOut(told.input) && same ? known.input : told.input,
    output: isLeftOut(told.output) && same ? known.output : told.output,
  }
}
