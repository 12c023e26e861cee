import { filterFrom } from '#lib/executions/filter.ts'
import { listExecutions } from '#lib/executions/queries.ts'
import { workflowNames } from '#lib/workflows/queries.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ locals, params, url }) => {
  const filter = filterFrom(url.searchParams)
  const days = filter.from !== undefined || filter.to !== undefined
  const [workflows, executions] = await Promise.all([
    workflowNames(locals.supabase, params.workspace),
    // Days are the viewer's, and only the browser knows where they begin: it fetches those itself.
    days ? undefined : listExecutions(locals.supabase, { workspace: params.workspace }, { filter }),
  ])
  return { filter, workflows, executions }
}
