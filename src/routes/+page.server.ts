import { redirect } from '@sveltejs/kit'
import { rememberedWorkspace } from '#lib/workspace/last-workspace.ts'
import { lastWorkspace } from '#lib/workspace/membership.ts'
import type { PageServerLoad } from './$types'

/** The front door: to the workspace one was in last, to the first one to create, or to sign in. */
export const load: PageServerLoad = async ({ locals, cookies }) => {
  const user = await locals.getUser()
  if (!user) redirect(303, '/sign-in')
  const workspace = await lastWorkspace(locals.supabase, user.id, rememberedWorkspace(cookies))
  redirect(303, workspace ? `/w/${workspace}/workflows` : '/workspaces/new')
}
