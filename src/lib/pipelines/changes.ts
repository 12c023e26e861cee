import type { PostgrestError, SupabaseClient } from '@supabase/supabase-js'
import { sentenceFor } from '#lib/access/problems.ts'
import { getRecord } from './queries.ts'
import type { Field, PipelineRecord, Value } from './rows.ts'
import { texts } from './texts.ts'

/** How a change went: nothing, or why it didn't work, in a sentence. */
export type Outcome = string | undefined

/** Adds a pipeline without fields; answers its id or why it didn't work. */
export async function createPipeline(
  supabase: SupabaseClient,
  workspace: string,
  name: string,
): Promise<{ id: string } | { problem: string }> {
  const { data, error } = await supabase
    .from('pipelines')
    .insert({ workspace_id: workspace, name })
    .select('id')
    .single()
  return error ? { problem: sentenceFor(error) } : { id: String(data.id) }
}

export async function renamePipeline(
  supabase: SupabaseClient,
  id: string,
  name: string,
): Promise<Outcome> {
  const answer = await supabase
    .from('pipelines')
    .update({ name })
    .eq('id', id)
    .select('id')
    .single()
  return outcome(answer.error)
}

/** Deletes a pipeline for good, with its fields and records. */
export async function deletePipeline(supabase: SupabaseClient, id: string): Promise<Outcome> {
  const answer = await supabase.from('pipelines').delete().eq('id', id).select('id').single()
  return outcome(answer.error)
}

/** What can be said of a field; key and type are fixed once it's made. */
export type FieldForm = Pick<Field, 'title' | 'type' | 'options' | 'required'>

export async function addField(
  supabase: SupabaseClient,
  field: Omit<Field, 'id'>,
): Promise<Outcome> {
  return outcome((await supabase.from('pipeline_fields').insert(field)).error)
}

export async function changeField(
  supabase: SupabaseClient,
  id: string,
  change: Partial<Pick<Field, 'title' | 'options' | 'required' | 'position'>>,
): Promise<Outcome> {
  const answer = await supabase
    .from('pipeline_fields')
    .update(change)
    .eq('id', id)
    .select('id')
    .single()
  return outcome(answer.error)
}

/** Deletes a field and its values in all records. */
export async function deleteField(supabase: SupabaseClient, id: string): Promise<Outcome> {
  const answer = await supabase.from('pipeline_fields').delete().eq('id', id).select('id').single()
  return outcome(answer.error)
}

/** Why a record couldn't be written, and at which field, where that's known. */
export interface RecordProblem {
  problem: string
  field?: string | undefined
}

export async function addRecord(
  supabase: SupabaseClient,
  record: Pick<PipelineRecord, 'workspace_id' | 'pipeline_id'> & { data: Record<string, Value> },
  fields: readonly Field[],
): Promise<RecordProblem | undefined> {
  const { error } = await supabase.from('records').insert(record)
  return error ? problemAt(error, fields) : undefined
}

/**
 * Changes one field of a record and leaves the others as they are, also those that somebody else changes at the same
 * moment: the record is written only if it's still the one that was read; else it's read again.
 */
export async function changeValue(
  supabase: SupabaseClient,
  record: PipelineRecord,
  key: string,
  value: Value | undefined,
): Promise<{ record: PipelineRecord } | { problem: string }> {
  let known: PipelineRecord | null = record
  for (let attempt = 0; attempt < 5 && known && known.deleted_at === null; attempt += 1) {
    const { [key]: _, ...others } = known.data
    const { data, error } = await supabase
      .from('records')
      .update({ data: value === undefined ? others : { ...others, [key]: value } })
      .eq('id', known.id)
      .eq('updated_at', known.updated_at)
      .select()
      .overrideTypes<PipelineRecord[], { merge: false }>()
    if (error) return { problem: sentenceFor(error) }
    if (data[0]) return { record: data[0] }
    const fresh: PipelineRecord | null = await getRecord(supabase, known.id)
    // Unchanged, and yet not written: the role doesn't allow it.
    if (fresh?.updated_at === known.updated_at)
      return { problem: sentenceFor({ code: '42501', message: '' }) }
    known = fresh
  }
  return { problem: known?.deleted_at === null ? texts.problems.busy : texts.problems.gone }
}

/** Moves a record to the bin, or back. */
export async function binRecord(
  supabase: SupabaseClient,
  id: string,
  deleted: boolean,
): Promise<Outcome> {
  const answer = await supabase
    .from('records')
    .update({ deleted_at: deleted ? new Date().toISOString() : null })
    .eq('id', id)
    .select('id')
    .single()
  return outcome(answer.error)
}

/** The database's sentences begin with the field's title in quotes: that tells where the problem is. */
function problemAt(error: PostgrestError, fields: readonly Field[]): RecordProblem {
  const problem = sentenceFor(error)
  return { problem, field: fields.find(({ title }) => problem.startsWith(`"${title}" `))?.key }
}

function outcome(error: PostgrestError | null): Outcome {
  return error ? sentenceFor(error) : undefined
}
