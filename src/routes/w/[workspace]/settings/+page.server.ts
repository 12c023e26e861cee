import { fail } from '@sveltejs/kit'
import { sentenceFor } from '#lib/access/problems.ts'
import { isFine, readWorkspaceForm } from '#lib/workspace/form.ts'
import { membersOf } from '#lib/workspace/membership.ts'
import type { Actions, PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ locals, params }) => ({
  members: await membersOf(locals.supabase, params.workspace),
})

export const actions: Actions = {
  default: async ({ request, locals, params }) => {
    const form = readWorkspaceForm(await request.formData())
    if (!isFine(form)) return fail(400, form)
    const { error } = await locals.supabase
      .from('workspaces')
      .update({ name: form.name, time_zone: form.timeZone })
      .eq('id', params.workspace)
      .select('id')
      .single()
    if (error) return fail(400, { ...form, problems: { form: sentenceFor(error) } })
    return { ...form, saved: true }
  },
}
