import { fail } from '@sveltejs/kit'
import { ORIGIN } from '$app/env/private'
import { emailProblem, found, problemsFor, typed } from '#lib/account/problems.ts'
import type { Actions } from './$types'

export const actions: Actions = {
  default: async ({ request, locals, url }) => {
    const email = typed(await request.formData(), 'email')
    const wrong = found({ email: emailProblem(email) })
    if (wrong) return fail(400, { email, problems: wrong })

    const { error } = await locals.supabase.auth.resetPasswordForEmail(email, {
      redirectTo: `${ORIGIN ?? url.origin}/auth/confirm?next=/new-password`,
    })
    // Whether the address has an account is nobody's business here: the answer is the same.
    if (error && error.code !== 'user_not_found') {
      return fail(400, { email, problems: problemsFor(error) })
    }
    return { email, problems: {}, sent: true }
  },
}
