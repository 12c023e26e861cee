import { fail, redirect } from '@sveltejs/kit'
import { found, newPasswordProblem, problemsFor, type FormProblems } from '#lib/account/problems.ts'
import { texts } from '#lib/account/texts.ts'
import { forgetSessions } from '#lib/server/sessions.ts'
import type { Actions, PageServerLoad } from './$types'

const noSession: FormProblems = { form: texts.newPassword.noSession }

export const load: PageServerLoad = async ({ locals }) => {
  const user = await locals.getUser()
  return { email: user?.email }
}

export const actions: Actions = {
  default: async ({ request, locals }) => {
    if (!(await locals.getUser())) return fail(401, { problems: noSession })
    const password = String((await request.formData()).get('password') ?? '')
    const wrong = found({ password: newPasswordProblem(password) })
    if (wrong) return fail(400, { problems: wrong })

    const { error } = await locals.supabase.auth.updateUser({ password })
    if (error) return fail(400, { problems: problemsFor(error) })
    // Whoever else knew the old one is out.
    await locals.supabase.auth.signOut({ scope: 'others' })
    forgetSessions()
    redirect(303, '/')
  },
}
