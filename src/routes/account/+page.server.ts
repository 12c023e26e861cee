import { fail, redirect } from '@sveltejs/kit'
import { forgetSessions } from '#lib/server/sessions.ts'
import { texts } from '#lib/sessions/texts.ts'
import type { Actions, PageServerLoad } from './$types'

interface SessionRow {
  id: string
  started_at: string
  used_at: string
  agent: string
  address: string
  is_this: boolean
}

export const load: PageServerLoad = async ({ locals }) => {
  const user = await locals.getUser()
  if (!user) redirect(303, '/sign-in')
  const { data, error } = await locals.supabase.rpc('my_sessions')
  if (error) throw error
  // The function's own columns.
  return { email: user.email, sessions: data as SessionRow[] }
}

export const actions: Actions = {
  /** Ends one session. */
  end: async ({ request, locals }) => {
    const session = String((await request.formData()).get('session') ?? '')
    const { error } = await locals.supabase.rpc('end_session', { p_session: session })
    if (error) return fail(400, { problem: texts.gone })
    forgetSessions()
    return { done: texts.ended }
  },
  /** Ends all sessions but this one. */
  others: async ({ locals }) => {
    const { error } = await locals.supabase.auth.signOut({ scope: 'others' })
    if (error) return fail(400, { problem: texts.failed })
    forgetSessions()
    return { done: texts.endedOthers }
  },
  /** Ends every session, also this one. */
  all: async ({ locals }) => {
    const { error } = await locals.supabase.auth.signOut({ scope: 'global' })
    if (error) return fail(400, { problem: texts.failed })
    forgetSessions()
    redirect(303, '/sign-in')
  },
}
