import { error, redirect } from '@sveltejs/kit'
import { signInPath } from '#lib/account/next.ts'
import { countMyApprovals } from '#lib/approvals/queries.ts'
import { rememberWorkspace, whyNot } from '#lib/workspace/last-workspace.ts'
import { membershipsOf } from '#lib/workspace/membership.ts'
import type { LayoutServerLoad } from './$types'

/** Who is here, in which workspace, and as what. Everything under /w/<workspace> builds on it. */
export const load: LayoutServerLoad = async ({ params, locals, cookies, url, depends }) => {
  depends('supabase:auth', 'weft:workspace')
  // Naming the address makes this run at every step through the app: roles change, and people are removed.
  const address = url.pathname + url.search
  const user = await locals.getUser()
  if (!user) redirect(303, signInPath(address))

  const [workspaces, { data: profile }, openApprovals] = await Promise.all([
    membershipsOf(locals.supabase, user.id),
    locals.supabase.from('profiles').select('display_name').eq('user_id', user.id).maybeSingle(),
    countMyApprovals(locals.supabase, params.workspace),
  ])
  const here = workspaces.find(({ id }) => id === params.workspace)
  if (!here) {
    const { message, hint } = await whyNot(locals.supabase, params.workspace, cookies)
    error(404, message, { hint })
  }
  rememberWorkspace(cookies, here, url.protocol === 'https:')
  const { role, ...workspace } = here
  return {
    workspace,
    workspaces,
    role,
    openApprovals: openApprovals ?? 0,
    user: { ...user, display_name: String(profile?.display_name ?? user.email) },
  }
}
