import { latestApprovals, myApprovals, workflowsOf } from '#lib/approvals/queries.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ locals, params, depends }) => {
  depends('weft:approvals')
  const [open, latest] = await Promise.all([
    myApprovals(locals.supabase, params.workspace),
    latestApprovals(locals.supabase, params.workspace),
  ])
  const mine = new Set(open.map(({ id }) => id))
  const earlier = latest.filter(({ id }) => !mine.has(id))
  const executions = [...open, ...earlier].map(({ execution_id }) => execution_id)
  return { open, earlier, workflows: await workflowsOf(locals.supabase, executions) }
}
