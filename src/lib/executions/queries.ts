import type { SupabaseClient } from '@supabase/supabase-js'
import { idSpan, type ExecutionFilter } from './filter.ts'
import { wholeValues } from './payloads.ts'
import {
  executionColumns,
  leftOut,
  stepColumns,
  type Data,
  type Execution,
  type Step,
} from './rows.ts'

/** Where executions are looked for. */
export type ExecutionScope = { workspace: string } | { workflow: string }

/** Which executions, and how many. */
export interface ExecutionQuery {
  filter?: ExecutionFilter
  /** The id of the last one known, for the next page. */
  before?: string | undefined
  limit?: number
}

/** Executions, newest first. Throws the database's answer. */
export async function listExecutions(
  supabase: SupabaseClient,
  scope: ExecutionScope,
  { filter = {}, before, limit = 50 }: ExecutionQuery = {},
): Promise<Execution[]> {
  const span = idSpan(filter)
  let query = supabase.from('executions').select(executionColumns)
  query =
    'workspace' in scope
      ? query.eq('workspace_id', scope.workspace)
      : query.eq('workflow_id', scope.workflow)
  if (filter.workflow) query = query.eq('workflow_id', filter.workflow)
  if (filter.status) query = query.eq('status', filter.status)
  if (filter.trigger) query = query.eq('trigger_kind', filter.trigger)
  if (span.from) query = query.gte('id', span.from)
  if (span.before) query = query.lt('id', span.before)
  if (before) query = query.lt('id', before)
  const { data } = await query
    .order('id', { ascending: false })
    .limit(limit)
    .throwOnError()
    .overrideTypes<Execution[], { merge: false }>()
  return data
}

/** One execution; nothing when it doesn't exist or isn't the asker's to see. */
export async function getExecution(
  supabase: SupabaseClient,
  id: string,
): Promise<Execution | null> {
  const { data } = await supabase
    .from('executions')
    .select(executionColumns)
    .eq('id', id)
    .maybeSingle()
    .throwOnError()
    .overrideTypes<Execution, { merge: false }>()
  return data
}

/** The data that an execution started with. */
export async function getTriggerData(supabase: SupabaseClient, id: string): Promise<Data> {
  const { data } = await supabase
    .from('executions')
    .select('trigger_data')
    .eq('id', id)
    .single()
    .throwOnError()
    .overrideTypes<{ trigger_data: Data }, { merge: false }>()
  const [whole = null] = await wholeValues(supabase, id, [data.trigger_data])
  return whole
}

const wholeSteps = 200
const stepPage = 1000
/** How many steps of one execution are fetched; those of longer loops are counted, not shown. */
export const mostSteps = 20_000

/**
 * The steps of an execution in the order they began. The first 200 come whole; of a long loop's the rest come without
 * inputs and outputs (`leftOut`), and at most 20,000.
 */
export async function listSteps(supabase: SupabaseClient, execution: string): Promise<Step[]> {
  const steps = await stepsAfter(supabase, execution, 0, 'whole', wholeSteps)
  let last = steps.length === wholeSteps ? steps.at(-1) : undefined
  while (last && steps.length < mostSteps) {
    const page = await stepsAfter(supabase, execution, last.seq, 'light', stepPage)
    steps.push(...page.map((step) => ({ ...step, input: leftOut, output: leftOut, logs: null })))
    last = page.length === stepPage ? page.at(-1) : undefined
  }
  return steps
}

async function stepsAfter(
  supabase: SupabaseClient,
  execution: string,
  seq: number,
  size: 'whole' | 'light',
  limit: number,
): Promise<Step[]> {
  const { data } = await supabase
    .from('execution_steps')
    .select(stepColumns[size])
    .eq('execution_id', execution)
    // What came of parts of a long list (the engine's isChunk) is no step that anybody took.
    .not('path', 'like', '%#%')
    .gt('seq', seq)
    .order('seq')
    .limit(limit)
    .throwOnError()
    .overrideTypes<Step[], { merge: false }>()
  return data
}

/** One step whole, with what is stored beside it; nothing when it isn't there. */
export async function getStep(
  supabase: SupabaseClient,
  step: Pick<Step, 'execution_id' | 'node_id' | 'path' | 'attempt'>,
): Promise<Step | null> {
  const { data } = await supabase
    .from('execution_steps')
    .select(stepColumns.whole)
    .eq('execution_id', step.execution_id)
    .eq('node_id', step.node_id)
    .eq('path', step.path)
    .eq('attempt', step.attempt)
    .maybeSingle()
    .throwOnError()
    .overrideTypes<Step, { merge: false }>()
  if (data === null) return null
  const [input = null, output = null] = await wholeValues(supabase, data.execution_id, [
    data.input,
    data.output,
  ])
  return { ...data, input, output }
}

/** A version as an execution shows it: what it's called and what was drawn. */
export interface ExecutedVersion {
  id: string
  kind: 'published' | 'test'
  /** Of published ones. */
  number: number | null
  definition: unknown
}

/** The version that an execution runs; nothing when it isn't there or isn't the asker's to see. */
export async function getVersion(
  supabase: SupabaseClient,
  id: string,
): Promise<ExecutedVersion | null> {
  const { data } = await supabase
    .from('workflow_versions')
    .select('id, kind, number, definition')
    .eq('id', id)
    .maybeSingle()
    .throwOnError()
    .overrideTypes<ExecutedVersion, { merge: false }>()
  return data
}
