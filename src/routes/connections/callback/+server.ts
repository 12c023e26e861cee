import { redirect } from '@sveltejs/kit'
import { signInPath } from '#lib/account/next.ts'
import { finishSignIn } from '#lib/connections/queries.ts'
import type { RequestHandler } from './$types'

/**
 * Where a service sends people back to who signed in there. The state that comes back belongs to one person: the api
 * takes it from nobody else, and once.
 */
export const GET: RequestHandler = async ({ locals, url }) => {
  if (!(await locals.getUser())) redirect(303, signInPath('/'))
  const state = url.searchParams.get('state') ?? ''
  const code = url.searchParams.get('code')
  // It begins with the workspace; the page there checks who may see it.
  const workspace = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\./.exec(state)?.[1]
  if (workspace === undefined) redirect(303, '/')
  const back = (said: 'yes' | 'no') =>
    `/w/${workspace}/connections?${new URLSearchParams({ 'signed-in': said }).toString()}`
  if (code === null) redirect(303, back('no'))
  const { problem } = await finishSignIn(locals.supabase, state, code)
  redirect(303, back(problem === undefined ? 'yes' : 'no'))
}
