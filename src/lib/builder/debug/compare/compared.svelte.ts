import type { SupabaseClient } from '@supabase/supabase-js'
import { sentenceFor, type DatabaseProblem } from '#lib/access/problems.ts'
import { getExecution, getStep, listExecutions } from '#lib/executions/queries.ts'
import { isLeftOut, type Execution, type Step } from '#lib/executions/rows.ts'

const MOST_OFFERED = 50

/** What an execution can be compared with: the last ones of its workflow, and the one it replays. */
export class Candidates {
  rows = $state.raw<Execution[]>([])
  /** False until they were looked for. */
  loaded = $state(false)
  problem = $state<string>()
  readonly #supabase: SupabaseClient

  constructor(supabase: SupabaseClient) {
    this.#supabase = supabase
  }

  /** Looks for them. */
  async look(execution: Execution): Promise<void> {
    this.problem = undefined
    try {
      const [last, original] = await Promise.all([
        listExecutions(
          this.#supabase,
          { workflow: execution.workflow_id },
          { limit: MOST_OFFERED + 1 },
        ),
        execution.replay_of ? getExecution(this.#supabase, execution.replay_of) : null,
      ])
      this.rows = offered(execution, last, original)
    } catch (error) {
      this.problem = sentenceFor(error as DatabaseProblem) // supabase-js throws nothing else
    }
    this.loaded = true
  }
}

/** The one that is replayed first, then the last ones. */
export function offered(
  execution: Execution,
  last: readonly Execution[],
  original: Execution | null,
): Execution[] {
  const others = last.filter(({ id }) => id !== execution.id && id !== original?.id)
  return [...(original ? [original] : []), ...others].slice(0, MOST_OFFERED)
}

/** What one most likely wants beside it: the one it replays, or else the last that went well. */
export function likeliest(
  execution: Execution,
  candidates: readonly Execution[],
): Execution | undefined {
  return (
    candidates.find(({ id }) => id === execution.replay_of) ??
    candidates.find(({ status, mode }) => status === 'succeeded' && mode === execution.mode) ??
    candidates.find(({ status }) => status === 'succeeded') ??
    candidates[0]
  )
}

/** A step with its data: as it is where nothing was left out of it. Throws the database's answer. */
export async function wholeStep(supabase: SupabaseClient, step: Step): Promise<Step> {
  if (!isLeftOut(step.input) && !isLeftOut(step.output)) return step
  return (await getStep(supabase, step)) ?? step
}
