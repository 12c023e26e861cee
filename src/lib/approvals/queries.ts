import type { SupabaseClient } from '@supabase/supabase-js'
import { sentenceFor } from '#lib/access/problems.ts'
import type { Approval, ApprovalWithDecisions } from './rows.ts'

const columns = 'id, execution_id, title, description, policy, status, due_at, opened_at, ended_at'

/** How many approvals are shown that don't wait for the person who looks. */
export const shownEarlier = 50

/** What the signed-in person is asked to decide and hasn't yet, oldest first. Throws the database's answer. */
export async function myApprovals(
  supabase: SupabaseClient,
  workspace: string,
): Promise<Approval[]> {
  const { data } = await supabase.rpc('my_approvals', { p_workspace: workspace }).throwOnError()
  return (data ?? []) as Approval[] // the function's rows are the table's
}

/** How many approvals wait for the signed-in person; nothing when that can't be told. */
export async function countMyApprovals(
  supabase: SupabaseClient,
  workspace: string,
): Promise<number | undefined> {
  const { data, error } = await supabase.rpc('count_my_approvals', { p_workspace: workspace })
  return error ? undefined : Number(data)
}

/** The workspace's latest approvals with what was decided, newest first. Throws the database's answer. */
export async function latestApprovals(
  supabase: SupabaseClient,
  workspace: string,
): Promise<ApprovalWithDecisions[]> {
  const { data } = await supabase
    .from('approvals')
    .select(
      `${columns}, approval_decisions(decided_by, decision, comment, decided_at),
       approval_mails(reason, number, status, problem, ended_at)`,
    )
    .eq('workspace_id', workspace)
    .order('opened_at', { ascending: false })
    .limit(shownEarlier)
    .throwOnError()
    .overrideTypes<ApprovalWithDecisions[], { merge: false }>()
  return data
}

/** Decides, or adds one voice. Nothing when it worked; otherwise why it didn't, as a sentence. */
export async function decide(
  supabase: SupabaseClient,
  approval: string,
  decision: 'approved' | 'rejected',
  comment: string,
): Promise<string | undefined> {
  const { error } = await supabase.rpc('decide_approval', {
    ...{ p_approval: approval, p_decision: decision, p_comment: comment },
  })
  return error ? sentenceFor(error) : undefined
}

/** The workflows of some executions, by execution: where a link to one leads. */
export async function workflowsOf(
  supabase: SupabaseClient,
  executions: readonly string[],
): Promise<Record<string, string>> {
  const { data } = await supabase
    .from('executions')
    .select('id, workflow_id')
    .in('id', [...new Set(executions)])
    .throwOnError()
    .overrideTypes<{ id: string; workflow_id: string }[], { merge: false }>()
  return Object.fromEntries(data.map(({ id, workflow_id }) => [id, workflow_id]))
}
