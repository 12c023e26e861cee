import { fail, redirect } from '@sveltejs/kit'
import { sentenceFor } from '#lib/access/problems.ts'
import { invitationByToken } from '#lib/members/invitations.ts'
import type { Actions, PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ locals, params, setHeaders }) => {
  // The address is a secret: it goes to no other site, and no cache keeps what it shows.
  setHeaders({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' })
  const [invitation, user] = await Promise.all([
    invitationByToken(locals.supabase, params.token),
    locals.getUser(),
  ])
  return { invitation, mine: user?.email ?? null }
}

export const actions: Actions = {
  accept: async ({ locals, params }) => {
    const { data, error } = await locals.supabase.rpc('accept_invitation', {
      p_token: params.token,
    })
    if (error) return fail(400, { problem: sentenceFor(error) })
    redirect(303, `/w/${String(data)}/workflows`)
  },
  /** Somebody else is signed in here: they make room for whom the invitation is for. */
  switch: async ({ locals, url }) => {
    await locals.supabase.auth.signOut({ scope: 'local' })
    redirect(303, url.pathname)
  },
}
