import { redirect } from '@sveltejs/kit'
import type { EmailOtpType } from '@supabase/supabase-js'
import { safeNext } from '#lib/account/next.ts'
import type { RequestHandler } from './$types'

const kinds: readonly EmailOtpType[] = [
  'signup',
  'invite',
  'magiclink',
  'recovery',
  'email_change',
  'email',
]

/** Where links in our e-mails land. They carry a one-time token, or a code for the browser that asked for them. */
export const GET: RequestHandler = async ({ url, locals }) => {
  const asked = url.searchParams
  const kind = kinds.find((one) => one === asked.get('type'))
  const next = safeNext(asked.get('next'), kind === 'recovery' ? '/new-password' : '/')
  const token = asked.get('token_hash')
  const code = asked.get('code')

  if (token && kind) {
    const { error } = await locals.supabase.auth.verifyOtp({ token_hash: token, type: kind })
    if (!error) redirect(303, next)
  } else if (code) {
    const { error } = await locals.supabase.auth.exchangeCodeForSession(code)
    if (!error) redirect(303, next)
    redirect(303, '/sign-in?problem=browser')
  }
  // Opened a second time by somebody who's in already: no reason to complain.
  if (kind !== 'recovery' && (await locals.getUser())) redirect(303, next)
  redirect(303, kind === 'recovery' ? '/new-password' : '/sign-in?problem=link')
}
