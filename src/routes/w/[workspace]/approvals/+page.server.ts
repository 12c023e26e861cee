import { latestApprovals, myApprovals, workflowsOf } from '#lib/approvals/queries.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ locals, params, depends }) => {
  depends('weft:approvals')
  const [waiting, latest] = await Promise.all([
    myApprovals(locals.supabase, params.workspace),
    latestApprovals(locals.supabase, params.workspace),
  ])
  const mine = new Set(waiting.map(({ id }) => id))
  // Of the very old ones, what others have decided isn't shown.
  const known = new Map(latest.map((approval) => [approval.id, approval]))
  const open = waiting.map(
    (approval) =>
      known.get(approval.id) ?? { ...approval, approval_decisions: [], approval_mails: [] },
  )
  const earlier = latest.filter(({ id }) => !mine.has(id))
  const executions = [...open, ...earlier].map(({ execution_id }) => execution_id)
  return { open, earlier, workflows: await workflowsOf(locals.supabase, executions) }
}
