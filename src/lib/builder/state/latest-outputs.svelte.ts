import type { SupabaseClient } from '@supabase/supabase-js'
import type { Data } from '#lib/engine/data.ts'
import { listExecutions, listSteps } from '#lib/executions/queries.ts'
import { payloadKey, wholeValues } from '#lib/executions/payloads.ts'
import { isFinished, isLeftOut, type Step } from '#lib/executions/rows.ts'
import type { Editor } from './editor.svelte.ts'

const LOOK_EVERY_MS = 20_000

/** What each step gave out in these steps; of several rounds and attempts, the last that worked. */
export function outputsOf(steps: readonly Step[]): Map<string, Data> {
  const worked = steps.filter(
    (step) => step.status === 'succeeded' && !step.superseded && !isLeftOut(step.output),
  )
  return new Map(worked.map((step) => [step.node_id, step.output]))
}

/** The same with outputs that are stored beside their steps: of each node the last one that worked. */
async function withLargeOutputs(
  supabase: SupabaseClient,
  execution: string,
  steps: readonly Step[],
): Promise<Step[]> {
  const large = new Map<string, Step>()
  for (const step of steps) {
    if (step.status === 'succeeded' && !step.superseded && payloadKey(step.output) !== null)
      large.set(step.node_id, step)
  }
  const wanted = [...large.values()]
  const outputs = await wholeValues(
    supabase,
    execution,
    wanted.map((step) => step.output),
  )
  const fetched = new Map(wanted.map((step, index) => [step, outputs[index] ?? null]))
  return steps.map((step) => {
    const output = fetched.get(step)
    return output === undefined ? step : { ...step, output }
  })
}

/** Keeps the outputs of the newest finished execution at hand, as real samples for the variable picker. */
export class LatestOutputs {
  readonly #supabase: SupabaseClient
  readonly #editor: Editor
  #known = ''

  constructor(supabase: SupabaseClient, editor: Editor) {
    this.#supabase = supabase
    this.#editor = editor
  }

  /** Begins to look; the answer ends it. */
  start(workflow: string): () => void {
    const look = (): void => {
      this.#look(workflow).catch((problem: unknown) => {
        console.warn(
          'The latest outputs could not be fetched; examples are shown instead.',
          problem,
        )
      })
    }
    look()
    const timer = setInterval(look, LOOK_EVERY_MS)
    return () => clearInterval(timer)
  }

  async #look(workflow: string): Promise<void> {
    const watched = this.#editor.run.execution
    // The execution that is looked at has just brought its steps.
    if (watched && isFinished(watched.status) && watched.id > this.#known) {
      this.#known = watched.id
      await this.#take(watched.id, this.#editor.run.steps)
      return
    }
    const [newest] = await listExecutions(this.#supabase, { workflow }, { limit: 1 })
    if (!newest || !isFinished(newest.status) || newest.id <= this.#known) return
    this.#known = newest.id
    await this.#take(newest.id, await listSteps(this.#supabase, newest.id))
  }

  async #take(execution: string, steps: readonly Step[]): Promise<void> {
    this.#editor.outputs = outputsOf(await withLargeOutputs(this.#supabase, execution, steps))
  }
}
