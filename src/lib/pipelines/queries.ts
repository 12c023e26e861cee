import type { SupabaseClient } from '@supabase/supabase-js'
import type { Field, Pipeline, PipelineEntry, PipelineRecord, Sort } from './rows.ts'

/** How many records a page of the table has. */
export const pageSize = 100

const pipelineColumns = 'id, workspace_id, name, created_at'
const fieldColumns = 'id, workspace_id, pipeline_id, key, title, type, options, required, position'
const recordColumns =
  'id, workspace_id, pipeline_id, data, created_by, created_at, updated_at, deleted_at'

/** The pipelines of a workspace by name, with how much is in them. Throws the database's answer, as all here do. */
export async function listPipelines(
  supabase: SupabaseClient,
  workspace: string,
): Promise<PipelineEntry[]> {
  const { data } = await supabase
    .from('pipelines')
    .select(`${pipelineColumns}, pipeline_fields(count), records(count)`)
    .eq('workspace_id', workspace)
    .is('records.deleted_at', null)
    .order('name')
    .throwOnError()
    .overrideTypes<
      (Pipeline & { pipeline_fields: { count: number }[]; records: { count: number }[] })[],
      { merge: false }
    >()
  return data.map(({ pipeline_fields, records, ...pipeline }) => ({
    ...pipeline,
    fields: pipeline_fields[0]?.count ?? 0,
    records: records[0]?.count ?? 0,
  }))
}

/** One pipeline; nothing when there's none or it isn't the asker's to see. */
export async function getPipeline(
  supabase: SupabaseClient,
  workspace: string,
  id: string,
): Promise<Pipeline | null> {
  const { data } = await supabase
    .from('pipelines')
    .select(pipelineColumns)
    .eq('workspace_id', workspace)
    .eq('id', id)
    .maybeSingle()
    .throwOnError()
    .overrideTypes<Pipeline, { merge: false }>()
  return data
}

/** The fields of a pipeline in their order. */
export async function listFields(supabase: SupabaseClient, pipeline: string): Promise<Field[]> {
  const { data } = await supabase
    .from('pipeline_fields')
    .select(fieldColumns)
    .eq('pipeline_id', pipeline)
    .order('position')
    .order('id')
    .throwOnError()
    .overrideTypes<Field[], { merge: false }>()
  return data
}

/** Which records, and in which order. */
export interface RecordQuestion {
  sort: Sort
  search: string
  /** From 0. */
  page: number
}

/** A page of a pipeline's records, and how many there are in all. */
export async function listRecords(
  supabase: SupabaseClient,
  pipeline: string,
  fields: readonly Field[],
  { sort, search, page }: RecordQuestion,
): Promise<{ records: PipelineRecord[]; total: number }> {
  let query = supabase
    .from('records')
    .select(recordColumns, { count: 'exact' })
    .eq('pipeline_id', pipeline)
    .is('deleted_at', null)
  const wanted = searchCondition(fields, search)
  if (wanted !== '') query = query.or(wanted)
  const ascending = sort.direction === 'up'
  query =
    sort.by === 'created'
      ? query.order('created_at', { ascending })
      : // As stored, not as text: 9 comes before 10. Empty ones come last either way.
        query.order(`data->${sort.by.field}`, { ascending, nullsFirst: false })
  const { data, count } = await query
    .order('id')
    .range(page * pageSize, (page + 1) * pageSize - 1)
    .throwOnError()
    .overrideTypes<PipelineRecord[], { merge: false }>()
  return { records: data, total: count ?? data.length }
}

/** One record; nothing when it's gone. */
export async function getRecord(
  supabase: SupabaseClient,
  id: string,
): Promise<PipelineRecord | null> {
  const { data } = await supabase
    .from('records')
    .select(recordColumns)
    .eq('id', id)
    .maybeSingle()
    .throwOnError()
    .overrideTypes<PipelineRecord, { merge: false }>()
  return data
}

/** PostgREST's "any of these fields contains the text"; '' when there's nothing to look for. */
export function searchCondition(fields: readonly Field[], search: string): string {
  const text = search.trim()
  if (text === '') return ''
  // The text's own wildcards are meant as they are. What would end the condition stands for any one letter: quoting it
  // isn't understood by every PostgREST, and finding a little more than wanted does no harm.
  const escaped = text.replace(/[\\%_]/g, '\\$&').replace(/[,()"*{}]/g, '_')
  return fields
    .filter(({ type }) => type !== 'boolean')
    .map(({ key }) => `data->>${key}.ilike.%${escaped}%`)
    .join(',')
}
