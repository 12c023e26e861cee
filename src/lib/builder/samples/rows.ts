import type { SupabaseClient } from '@supabase/supabase-js'
import type { Data } from '#lib/engine/data.ts'

export type SampleKind = 'execution' | 'webhook' | 'record' | 'typed'

/** What one trigger is looked at with. */
export interface SampleRow {
  node_id: string
  /** Null: nothing was chosen, the newest execution serves. */
  kind: SampleKind | null
  execution_id: string | null
  data: Data
  label: string
  chosen_by: string | null
  chosen_at: string
  /** Until then, what arrives at its address becomes the sample. */
  listening_until: string | null
}

/** What somebody chooses. */
export type Choice =
  | { kind: 'execution'; execution: string; label: string }
  | { kind: 'record' | 'typed' | 'webhook'; data: Data; label: string }

/** The samples of a workflow, by trigger. Throws the database's answer. */
export async function fetchSamples(
  supabase: SupabaseClient,
  workflow: string,
): Promise<SampleRow[]> {
  const { data } = await supabase
    .from('workflow_samples')
    .select('node_id, kind, execution_id, data, label, chosen_by, chosen_at, listening_until')
    .eq('workflow_id', workflow)
    .throwOnError()
    .overrideTypes<SampleRow[], { merge: false }>()
  return data
}

/** Chooses a sample for everybody; null: the newest execution. Throws the database's answer. */
export async function chooseSample(
  supabase: SupabaseClient,
  workflow: string,
  node: string,
  choice: Choice | null,
): Promise<void> {
  await supabase
    .rpc('choose_sample', {
      p_workflow: workflow,
      p_node: node,
      p_kind: choice?.kind ?? null,
      p_execution: choice?.kind === 'execution' ? choice.execution : null,
      p_data: choice === null || choice.kind === 'execution' ? null : choice.data,
      p_label: choice?.label ?? '',
    })
    .throwOnError()
}

/** Waits for something to arrive at the trigger's address, or no longer. Answers until when. */
export async function listenForSample(
  supabase: SupabaseClient,
  workflow: string,
  node: string,
  on: boolean,
): Promise<string | null> {
  const { data } = await supabase
    .rpc('listen_for_sample', { p_workflow: workflow, p_node: node, p_on: on })
    .throwOnError()
  return typeof data === 'string' ? data : null
}

/** A record to choose. */
export interface RecordChoice {
  id: string
  data: Record<string, Data>
  created_at: string
}

/** The newest records of a pipeline. Throws the database's answer. */
export async function newestRecords(
  supabase: SupabaseClient,
  pipeline: string,
): Promise<RecordChoice[]> {
  const { data } = await supabase
    .from('records')
    .select('id, data, created_at')
    .eq('pipeline_id', pipeline)
    .is('deleted_at', null)
    .order('created_at', { ascending: false })
    .limit(25)
    .throwOnError()
    .overrideTypes<RecordChoice[], { merge: false }>()
  return data
}
