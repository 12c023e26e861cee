import { FunctionsHttpError, type SupabaseClient } from '@supabase/supabase-js'
import type { Data, ExecutionStatus } from './rows.ts'
import { texts } from './texts.ts'

/** Why something couldn't be done. */
interface ActionProblem {
  code: string
  title: string
  detail: string
  hint?: string | undefined
}

/** How an action went. */
export type ActionResult<Value> = { ok: true; value: Value } | { ok: false; problem: ActionProblem }

/** Starts a workflow by hand, at one of its triggers. Of a test version, it may run up to one step, or that step alone. */
export function startExecution(
  supabase: SupabaseClient,
  start: {
    workflow: string
    version: string
    node: string
    data: Data
    until?: string
    alone?: boolean
    /** Outputs that stand in for running steps. */
    pins?: Record<string, Data>
  },
): Promise<ActionResult<{ execution: string }>> {
  return ask(supabase, 'api/executions', start)
}

/** Asks an execution to stop; what runs at this moment is finished first. */
export function cancelExecution(
  supabase: SupabaseClient,
  execution: string,
): Promise<ActionResult<{ status: ExecutionStatus }>> {
  return ask(supabase, `api/executions/${execution}/cancel`, {})
}

/** Goes on from the step that failed; finished steps are kept and not repeated. */
export function retryExecution(
  supabase: SupabaseClient,
  execution: string,
): Promise<ActionResult<{ execution: string }>> {
  return ask(supabase, `api/executions/${execution}/retry`, {})
}

/** Lets an execution rest; what runs at this moment is finished first. */
export function pauseExecution(
  supabase: SupabaseClient,
  execution: string,
): Promise<ActionResult<{ status: ExecutionStatus }>> {
  return ask(supabase, `api/executions/${execution}/pause`, {})
}

/** Lets an execution go on that was paused. */
export function resumeExecution(
  supabase: SupabaseClient,
  execution: string,
): Promise<ActionResult<{ status: ExecutionStatus }>> {
  return ask(supabase, `api/executions/${execution}/resume`, {})
}

/** How an execution should run once more. */
export interface ReplayWish {
  version: 'same' | 'latest'
  /** The step to begin at; from the start without it. */
  from?: string
  /** Steps that may act once more although they're done. */
  repeat: string[]
  /** Other data to start with. */
  triggerData?: Data
}

/** A step by name. */
export interface NamedStep {
  node: string
  title: string
}

/** What a replay would do about steps that have acted. */
export interface ReplayPlan {
  kept: NamedStep[]
  not_repeated: NamedStep[]
  /** Nobody knows whether they took effect; they run again. */
  uncertain: NamedStep[]
  /** They acted for some items of a list that may be another one now: only the person can say. */
  undecided: NamedStep[]
  /** Replays of it that are under way or succeeded. */
  replays: string[]
}

/** What a replay would keep and what could be repeated. */
export function planReplay(
  supabase: SupabaseClient,
  execution: string,
  { version, from, repeat, triggerData }: ReplayWish,
): Promise<ActionResult<ReplayPlan>> {
  const query = new URLSearchParams({ version, data: triggerData === undefined ? 'same' : 'other' })
  if (from !== undefined) query.set('from', from)
  if (repeat.length > 0) query.set('repeat', repeat.join(','))
  return ask(supabase, `api/executions/${execution}/replay-plan?${query.toString()}`)
}

/** Runs it once more, as a new execution. Steps that have acted aren't repeated unless the wish names them. */
export function replayExecution(
  supabase: SupabaseClient,
  execution: string,
  wish: ReplayWish,
): Promise<ActionResult<{ execution: string; kept: NamedStep[] }>> {
  return ask(supabase, `api/executions/${execution}/replay`, { ...wish })
}

/** Replays many executions that ended without success; they begin one after the other, when there's little else to do. */
export function replayMany(
  supabase: SupabaseClient,
  executions: string[],
): Promise<ActionResult<{ queued: number; left_out: number }>> {
  return ask(supabase, 'api/executions/replay', { executions })
}

async function ask<Value>(
  supabase: SupabaseClient,
  path: string,
  body?: Record<string, unknown>,
): Promise<ActionResult<Value>> {
  const { data, error } = await supabase.functions.invoke<Value>(
    path,
    body === undefined ? { method: 'GET' } : { method: 'POST', body },
  )
  if (!error && data !== null) return { ok: true, value: data }
  return { ok: false, problem: await problemOf(error) }
}

/** The api answers problems as {code, title, detail, hint}; anything else means that it wasn't reached. */
async function problemOf(error: unknown): Promise<ActionProblem> {
  const answer: unknown =
    error instanceof FunctionsHttpError && error.context instanceof Response
      ? await error.context.json().catch(() => null)
      : null
  if (!isProblem(answer)) return texts.unreachable
  return { code: answer.code, title: answer.title, detail: answer.detail, hint: answer.hint }
}

function isProblem(answer: unknown): answer is ActionProblem {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'code' in answer &&
    'title' in answer &&
    typeof answer.title === 'string'
  )
}
