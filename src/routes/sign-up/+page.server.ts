import { fail, redirect } from '@sveltejs/kit'
import { ORIGIN } from '$app/env/private'
import { safeNext } from '#lib/account/next.ts'
import {
  emailProblem,
  found,
  nameProblem,
  newPasswordProblem,
  problemsFor,
  typed,
} from '#lib/account/problems.ts'
import type { Actions, PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ locals, url }) => {
  if (await locals.getUser()) redirect(303, safeNext(url.searchParams.get('next')))
}

export const actions: Actions = {
  default: async ({ request, locals, url }) => {
    const form = await request.formData()
    const name = typed(form, 'name')
    const email = typed(form, 'email')
    const password = String(form.get('password') ?? '')
    const next = safeNext(url.searchParams.get('next'))
    const wrong = found({
      name: nameProblem(name),
      email: emailProblem(email),
      password: newPasswordProblem(password),
    })
    if (wrong) return fail(400, { name, email, problems: wrong })

    const { data, error } = await locals.supabase.auth.signUp({
      email,
      password,
      options: {
        data: { display_name: name },
        emailRedirectTo: `${ORIGIN ?? url.origin}/auth/confirm?next=${encodeURIComponent(next)}`,
      },
    })
    if (error) return fail(400, { name, email, problems: problemsFor(error) })
    // Where addresses must be confirmed first there's no session yet.
    if (!data.session) return { name, email, problems: {}, checkMail: true }
    redirect(303, next)
  },
}
