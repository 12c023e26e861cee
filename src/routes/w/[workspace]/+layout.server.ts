import { error, redirect } from '@sveltejs/kit'
import { signInPath } from '#lib/account/next.ts'
import { countMyApprovals } from '#lib/approvals/queries.ts'
import { membershipsOf } from '#lib/workspace/membership.ts'
import { texts } from '#lib/workspace/texts.ts'
import type { LayoutServerLoad } from './$types'

/** Who is here, in which workspace, and as what. Everything under /w/<workspace> builds on it. */
export const load: LayoutServerLoad = async ({ params, locals, cookies, url, depends }) => {
  depends('supabase:auth', 'weft:workspace')
  const user = await locals.getUser()
  if (!user) redirect(303, signInPath(url.pathname + url.search))

  const [workspaces, { data: profile }, openApprovals] = await Promise.all([
    membershipsOf(locals.supabase, user.id),
    locals.supabase.from('profiles').select('display_name').eq('user_id', user.id).maybeSingle(),
    countMyApprovals(locals.supabase, params.workspace),
  ])
  const here = workspaces.find(({ id }) => id === params.workspace)
  if (!here) error(404, texts.problems.notFound, { hint: texts.problems.notFoundHint })

  cookies.set('weft-workspace', here.id, {
    path: '/',
    maxAge: 365 * 86_400,
    httpOnly: true,
    secure: url.protocol === 'https:',
  })
  const { role, ...workspace } = here
  return {
    workspace,
    workspaces,
    role,
    openApprovals: openApprovals ?? 0,
    user: { ...user, display_name: String(profile?.display_name ?? user.email) },
  }
}
