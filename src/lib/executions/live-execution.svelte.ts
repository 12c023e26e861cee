import type { SupabaseClient } from '@supabase/supabase-js'
import { untrack } from 'svelte'
import { sentenceFor, type DatabaseProblem } from '#lib/access/problems.ts'
import { Merger } from '#lib/live/merge.ts'
import type { LiveState } from '#lib/live/topic.ts'
import {
  isChunk,
  isLeftOut,
  mergedExecution,
  mergedStep,
  stepKey,
  type Execution,
  type Step,
} from './rows.ts'
import { sourceOf, type ExecutionSource } from './source.ts'

/** Up to so many steps each piece of news is shown at once; in longer loops several together: the more steps, the more. */
const atOnceUpTo = 300
const gatherFor = 100
const gatherPerStep = 0.05

/** One execution with its steps, kept up to date while `start` is in force: `$effect(() => live.start())`. */
export class LiveExecution {
  readonly id: string
  execution = $state.raw<Execution | null>(null)
  /** In the order they began; every attempt, superseded ones as well. */
  steps = $state.raw<Step[]>([])
  state = $state<LiveState>('connecting')
  /** False until the first fetch. */
  loaded = $state(false)
  problem = $state<string>()

  readonly #source: ExecutionSource
  #executions = new Merger<Execution>(({ id }) => id, mergedExecution)
  #steps = new Merger<Step>(stepKey, mergedStep)
  #gathering: ReturnType<typeof setTimeout> | undefined

  constructor(
    from: ExecutionSource | SupabaseClient,
    id: string,
    initial?: { execution: Execution; steps: readonly Step[] },
  ) {
    this.#source = sourceOf(from)
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
    let joined = false
    const stop = this.#source.listen(`execution:${this.id}`, {
      heard: (event, row) => {
        // The database sends the rows as they are in their tables.
        if (event === 'execution') this.#executions.tell(row as unknown as Execution)
        if (event === 'step') this.#hear(row as unknown as Step)
        this.#publishSoon()
      },
      joined: () => {
        joined = true
        void this.refetch()
      },
      state: (state) => (this.state = state),
    })
    // Without waiting for the channel, which may take its time or never come. What is read for that is no reason for the
    // effect that listens to begin anew.
    untrack(() => {
      if (!joined && !this.loaded) void this.refetch()
    })
    return () => {
      stop()
      clearTimeout(this.#gathering)
      this.#gathering = undefined
    }
  }

  /** Fetches everything once more. */
  async refetch(): Promise<void> {
    const bringExecution = this.#executions.fetching()
    const bringSteps = this.#steps.fetching()
    try {
      const [execution, steps] = await Promise.all([
        this.#source.execution(this.id),
        this.#source.steps(this.id),
      ])
      if (execution) bringExecution([execution])
      bringSteps(steps.map((step) => this.#overKnown(step)))
      this.problem = undefined
      this.loaded = true
    } catch (error) {
      this.problem = sentenceFor(error as DatabaseProblem)
    }
    this.#publish()
  }

  /** Brings a step's input, output and log where they were left out. */
  async load(step: Pick<Step, 'node_id' | 'path' | 'attempt'>): Promise<void> {
    const known = this.#steps.get(stepKey(step))
    if (known && !isLeftOut(known.input) && !isLeftOut(known.output)) return
    try {
      const whole = await this.#source.step({ ...step, execution_id: this.id })
      if (whole) this.#steps.tell(whole)
      this.problem = undefined
    } catch (error) {
      this.problem = sentenceFor(error as DatabaseProblem)
    }
    this.#publish()
  }

  /** A fetch may know less than was known: values that somebody has loaded are kept. */
  #overKnown(step: Step): Step {
    const known = this.#steps.get(stepKey(step))
    return known ? mergedStep(known, step) : step
  }

  #hear(step: Step): void {
    // What came of a part of a long list is written down as a row of its own, which nobody looks at.
    if (!isChunk(step)) this.#steps.tell(step)
  }

  #publishSoon(): void {
    if (this.#gathering !== undefined) return
    if (this.steps.length < atOnceUpTo) this.#publish()
    else
      this.#gathering = setTimeout(
        () => this.#publish(),
        gatherFor + this.steps.length * gatherPerStep,
      )
  }

  #publish(): void {
    clearTimeout(this.#gathering)
    this.#gathering = undefined
    this.execution = this.#executions.get(this.id) ?? null
    this.steps = this.#steps.rows.sort((one, other) => one.seq - other.seq)
  }
}
