import { fail, redirect } from '@sveltejs/kit'
import { safeNext } from '#lib/account/next.ts'
import {
  emailProblem,
  found,
  problemsFor,
  typed,
  type FormProblems,
} from '#lib/account/problems.ts'
import { texts } from '#lib/account/texts.ts'
import { beginSignIn, endSignIn } from '#lib/server/sign-in-throttle.ts'
import { tooManyAttempts } from '#lib/sessions/texts.ts'
import type { Actions, PageServerLoad } from './$types'

/** The form's problem while one has to wait. */
const tooMany = (seconds: number): FormProblems => ({ form: tooManyAttempts(seconds) })

export const load: PageServerLoad = async ({ locals, url }) => {
  if (await locals.getUser()) redirect(303, safeNext(url.searchParams.get('next')))
  const problem = url.searchParams.get('problem')
  return {
    problem:
      problem === 'link'
        ? texts.problems.link
        : problem === 'browser'
          ? texts.problems.otherBrowser
          : undefined,
  }
}

export const actions: Actions = {
  default: async ({ request, locals, url, getClientAddress, setHeaders }) => {
    const form = await request.formData()
    const email = typed(form, 'email')
    const password = String(form.get('password') ?? '')
    const wrong = found({
      email: emailProblem(email),
      password: password === '' ? texts.problems.passwordMissing : undefined,
    })
    if (wrong) return fail(400, { email, problems: wrong })

    const attempt = { account: email, address: getClientAddress() }
    const wait = await beginSignIn(attempt)
    if (wait > 0) {
      setHeaders({ 'retry-after': String(wait) })
      return fail(429, { email, problems: tooMany(wait) })
    }

    const { error } = await locals.supabase.auth.signInWithPassword({ email, password })
    if (error) return fail(400, { email, problems: problemsFor(error) })
    await endSignIn(attempt)
    redirect(303, safeNext(url.searchParams.get('next')))
  },
}
