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

/** Starts a workflow by hand, at one of its manual triggers. */
export function startExecution(
  supabase: SupabaseClient,
  start: { workflow: string; version: string; node: string; data: Data },
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

/** Runs all of it once more with the same trigger data, on the same version or the newest. */
export function replayExecution(
  supabase: SupabaseClient,
  execution: string,
  version: 'same' | 'latest' = 'same',
): Promise<ActionResult<{ execution: string }>> {
  return ask(supabase, `api/executions/${execution}/replay`, { version })
}

async function ask<Value>(
  supabase: SupabaseClient,
  path: string,
  body: Record<string, unknown>,
): Promise<ActionResult<Value>> {
  const { data, error } = await supabase.functions.invoke<Value>(path, { method: 'POST', body })
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
