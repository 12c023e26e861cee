import type { SupabaseClient } from '@supabase/supabase-js'
import { chooseSample } from '#lib/builder/samples/rows.ts'
import { registry, type Data, type DataObject, type WorkflowDefinition } from '#lib/engine/index.ts'

/** The example that the builder shows and runs with. Without it everything works all the same. */
export async function giveSample(
  supabase: SupabaseClient,
  workflow: string,
  definition: WorkflowDefinition,
  sample: DataObject,
): Promise<void> {
  const [trigger] = definition.nodes
  if (!trigger || Object.keys(sample).length === 0) return
  // A sample of a node type is data: a test of the engine checks it.
  const whole = (registry.get(trigger.type)?.sample ?? {}) as Record<string, Data>
  const data = trigger.type === 'trigger.webhook' ? { ...whole, body: sample } : sample
  try {
    await chooseSample(supabase, workflow, trigger.id, { kind: 'typed', data, label: '' })
  } catch (problem) {
    console.info('The example could not be kept; the builder shows one of its own.', problem)
  }
}
