import type { SupabaseClient } from '@supabase/supabase-js'
import { getTriggerData } from './queries.ts'
import type { Data, Execution, ExecutionStatus } from './rows.ts'
import { texts } from './texts.ts'

/** An execution that another one has to do with, and the workflow that it's of. */
export interface Relative {
  id: string
  workflow_id: string
  status: ExecutionStatus
  workflow: string
}

/** Who started an execution, and whom it has called. */
export interface Relatives {
  /** The execution that called it, or whose failure it deals with. */
  origin: Relative | null
  /** What it has called, whether it waits for that or not, in the order of the calls: the first few. */
  called: Relative[]
  /** There are others that it has called. */
  more: boolean
}

/** How many of those called are named; a loop may call a thousand. */
const mostNamed = 5

type Row = Omit<Relative, 'workflow'>

/** The executions around one. Throws the database's answer. */
export async function getRelatives(
  supabase: SupabaseClient,
  execution: Pick<Execution, 'id' | 'trigger_kind'>,
): Promise<Relatives> {
  const [origin, called] = await Promise.all([
    originOf(supabase, execution),
    calledBy(supabase, execution.id),
  ])
  const rows = origin ? [origin, ...called] : called
  const names = await workflowNames(supabase, new Set(rows.map((row) => row.workflow_id)))
  const named = (row: Row): Relative => ({
    ...row,
    workflow: names.get(row.workflow_id) ?? texts.unknownWorkflow,
  })
  return {
    origin: origin && named(origin),
    called: called.slice(0, mostNamed).map(named),
    more: called.length > mostNamed,
  }
}

const columns = 'id, workflow_id, status'

async function calledBy(supabase: SupabaseClient, id: string): Promise<Row[]> {
  const { data } = await supabase
    .from('executions')
    .select(columns)
    .or(`parent_id.eq.${id},caller_id.eq.${id}`)
    .order('id')
    .limit(mostNamed + 1)
    .throwOnError()
    .overrideTypes<Row[], { merge: false }>()
  return data
}

async function originOf(
  supabase: SupabaseClient,
  execution: Pick<Execution, 'id' | 'trigger_kind'>,
): Promise<Row | null> {
  const id = await originId(supabase, execution)
  if (id === null) return null
  const { data } = await supabase
    .from('executions')
    .select(columns)
    .eq('id', id)
    .maybeSingle()
    .throwOnError()
    .overrideTypes<Row, { merge: false }>()
  return data
}

async function originId(
  supabase: SupabaseClient,
  { id, trigger_kind }: Pick<Execution, 'id' | 'trigger_kind'>,
): Promise<string | null> {
  if (trigger_kind === 'trigger.failure') return failedOne(await getTriggerData(supabase, id))
  if (trigger_kind !== 'trigger.called') return null
  const { data } = await supabase
    .from('executions')
    .select('parent_id, caller_id')
    .eq('id', id)
    .maybeSingle()
    .throwOnError()
    .overrideTypes<{ parent_id: string | null; caller_id: string | null }, { merge: false }>()
  return data?.parent_id ?? data?.caller_id ?? null
}

/** The execution that an error workflow was told of; none where somebody started it by hand with other data. */
export function failedOne(told: Data): string | null {
  const id = fieldOf(fieldOf(told, 'execution'), 'id')
  return typeof id === 'string' && /^[0-9a-f-]{36}$/i.test(id) ? id : null
}

const fieldOf = (data: Data, name: string): Data =>
  typeof data === 'object' && data !== null && !Array.isArray(data) ? (data[name] ?? null) : null

async function workflowNames(
  supabase: SupabaseClient,
  ids: ReadonlySet<string>,
): Promise<Map<string, string>> {
  if (ids.size === 0) return new Map()
  const { data } = await supabase
    .from('workflows')
    .select('id, name')
    .in('id', [...ids])
    .throwOnError()
    .overrideTypes<{ id: string; name: string }[], { merge: false }>()
  return new Map(data.map(({ id, name }) => [id, name]))
}
