import { fail, redirect } from '@sveltejs/kit'
import { sentenceFor } from '#lib/access/problems.ts'
import { isFine, readWorkspaceForm } from '#lib/workspace/form.ts'
import { membershipsOf } from '#lib/workspace/membership.ts'
import type { Actions, PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ locals }) => {
  const user = await locals.getUser()
  const workspaces = user ? await membershipsOf(locals.supabase, user.id) : []
  return { hasOthers: workspaces.length > 0 }
}

export const actions: Actions = {
  default: async ({ request, locals }) => {
    const form = readWorkspaceForm(await request.formData())
    if (!isFine(form)) return fail(400, form)
    const { data, error } = await locals.supabase.rpc('create_workspace', {
      p_name: form.name,
      p_time_zone: form.timeZone,
    })
    if (error) return fail(400, { ...form, problems: { form: sentenceFor(error) } })
    redirect(303, `/w/${String(data.id)}/workflows`)
  },
}
