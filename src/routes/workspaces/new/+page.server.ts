import { fail, redirect } from '@sveltejs/kit'
import { sentenceFor } from '#lib/access/problems.ts'
import { deletedWorkspaces, restoreWorkspace } from '#lib/members/members.ts'
import { isFine, readWorkspaceForm } from '#lib/workspace/form.ts'
import { membershipsOf } from '#lib/workspace/membership.ts'
import type { Actions, PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ locals }) => {
  const user = await locals.getUser()
  if (!user) return { hasOthers: false, deleted: [] }
  const [workspaces, deleted] = await Promise.all([
    membershipsOf(locals.supabase, user.id),
    deletedWorkspaces(locals.supabase),
  ])
  return { hasOthers: workspaces.length > 0, deleted }
}

export const actions: Actions = {
  create: async ({ request, locals }) => {
    const form = readWorkspaceForm(await request.formData())
    if (!isFine(form)) return fail(400, form)
    const { data, error } = await locals.supabase.rpc('create_workspace', {
      p_name: form.name,
      p_time_zone: form.timeZone,
    })
    if (error) return fail(400, { ...form, problems: { form: sentenceFor(error) } })
    redirect(303, `/w/${String(data.id)}/workflows`)
  },

  restore: async ({ request, locals }) => {
    const id = String((await request.formData()).get('workspace') ?? '')
    const problem = await restoreWorkspace(locals.supabase, id)
    if (problem !== undefined)
      return fail(400, { name: '', timeZone: '', problems: { form: problem } })
    redirect(303, `/w/${id}/workflows`)
  },
}
