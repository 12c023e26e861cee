import type { SupabaseClient } from '@supabase/supabase-js'
import type { Data } from '#lib/engine/data.ts'
import { wholeValues } from '#lib/executions/payloads.ts'
import { getTriggerData, listSteps } from '#lib/executions/queries.ts'
import { isLeftOut, type Step } from '#lib/executions/rows.ts'

/** What an execution brought: what it began with, and what its steps gave out at which port; by node. */
export interface ExecutionData {
  execution: string
  outputs: Record<string, Data>
  ports: Record<string, string>
}

/** What each step gave out in these steps; of several rounds and attempts, the last that worked. */
export function outputsOf(steps: readonly Step[]): Map<string, Data> {
  return new Map(worked(steps).map((step) => [step.node_id, step.output]))
}

const worked = (steps: readonly Step[]): Step[] =>
  steps.filter((step) => step.status === 'succeeded' && !step.superseded && !isLeftOut(step.output))

/** Everything that an execution's steps gave out, large values included. Throws the database's answer. */
export async function executionData(
  supabase: SupabaseClient,
  execution: string,
  trigger: string,
): Promise<ExecutionData> {
  const steps = await listSteps(supabase, execution)
  const last = new Map<string, Step>()
  for (const step of steps) {
    if (step.status === 'succeeded' && !step.superseded) last.set(step.node_id, step)
  }
  const wanted = [...last.values()]
  const whole = await wholeValues(
    supabase,
    execution,
    wanted.map(({ output }) => output),
  )
  const outputs = Object.fromEntries(
    wanted.flatMap(({ node_id }, index) => {
      const output = whole[index] ?? null
      return isLeftOut(output) ? [] : [[node_id, output]]
    }),
  )
  // One that failed at once, or that is only queued, has begun with something all the same.
  outputs[trigger] ??= await getTriggerData(supabase, execution)
  const ports = Object.fromEntries(
    wanted.flatMap(({ node_id, port }) => (port === null ? [] : [[node_id, port]])),
  )
  return { execution, outputs, ports }
}
