import { fail, redirect } from '@sveltejs/kit'
import { found, newPasswordProblem, problemsFor, type FormProblems } from '#lib/account/problems.ts'
import { texts } from '#lib/account/texts.ts'
import { forgetSessions } from '#lib/server/sessions.ts'
import type { Actions, PageServerLoad } from './$types'

const noSession: FormProblems = { form: texts.newPassword.noSession }

const HOUR_MS = 3_600_000

/** Who may choose a new password: whoever has just come in by the link or the old password, and no page left open somewhere. */
async function whoMay({ supabase, getUser }: App.Locals): Promise<string | undefined> {
  const user = await getUser()
  if (!user) return undefined
  const { data, error } = await supabase.rpc('my_sessions')
  if (error) throw error
  // The function's own columns.
  const sessions = data as { is_this: boolean; started_at: string }[]
  const here = sessions.find(({ is_this }) => is_this)
  return here && Date.now() - Date.parse(here.started_at) < HOUR_MS ? user.email : undefined
}

export const load: PageServerLoad = async ({ locals }) => ({ email: await whoMay(locals) })

export const actions: Actions = {
  default: async ({ request, locals }) => {
    if ((await whoMay(locals)) === undefined) return fail(401, { problems: noSession })
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
