import { z } from 'zod'
import { WorkspaceId } from '../../../src/lib/engine/ids.ts'
import { WeftError } from '../_shared/engine.ts'
import { environment } from '../_shared/environment.ts'
import { answer } from '../_shared/http/answers.ts'
import { SmtpMail } from '../_shared/services/mail/smtp-mail.ts'
import { invitationMessage, type Invited } from './invitation-mail.ts'
import { notFound, type Role } from './membership.ts'
import type { Person } from './person.ts'
import { readRequest } from './read-request.ts'
import type { Asked } from './routes.ts'

/** Somebody waits at the page for as long as this takes. */
const MAIL_LIMIT_MS = 20_000

const wanted = z.object({
  workspace: WorkspaceId,
  email: z.string().min(1).max(300),
  role: z.enum(['viewer', 'operator', 'editor', 'admin']),
})

/** POST invitations: invites somebody, as the person who asks, and sends them the link. */
export async function inviteMember({ person, request }: Asked): Promise<Response> {
  const { workspace, email, role } = await readRequest(request, wanted)
  return await invite(person, workspace, email.trim(), role)
}

interface InvitationRow {
  workspace_id: string
  email: string
  role: Role
  accepted_at: string | null
}

/** POST invitations/<id>/resend: a new link in place of the one before, which doesn't work any more. */
export async function resendInvitation({ person, parts }: Asked): Promise<Response> {
  const [row] = await person.select<InvitationRow>(
    'invitations',
    `select=workspace_id,email,role,accepted_at&id=eq.${parts['id']}`,
  )
  if (row === undefined || row.accepted_at !== null) throw notFound('open invitation')
  return await invite(person, row.workspace_id, row.email, row.role)
}

/** The invitation stands even when its e-mail can't be sent: the answer says so, and whoever asked can pass the link on. */
async function invite(
  person: Person,
  workspace: string,
  email: string,
  role: Role,
): Promise<Response> {
  const made = { p_workspace: workspace, p_email: email, p_role: role }
  const [row] = await person.call<{ invitation_id: string; token: string }[]>('invite_member', made)
  if (row === undefined) throw new Error('invite_member gave no invitation')
  const [[place], [inviter]] = await Promise.all([
    person.select<{ name: string }>('workspaces', `select=name&id=eq.${workspace}`),
    person.select<{ display_name: string }>(
      'profiles',
      `select=display_name&user_id=eq.${person.id}`,
    ),
  ])
  const link = `${environment().appUrl}/invitations/${row.token}`
  const problem = await sent({
    ...{ id: row.invitation_id, email, role, link },
    workspace: place?.name ?? 'a workspace',
    inviter: inviter?.display_name ?? 'Somebody',
  })
  return answer(201, { invitation: row.invitation_id, link, sent: problem === null, problem })
}

/** Sends the e-mail; null, or why that didn't work in a sentence. */
async function sent(invited: Invited): Promise<string | null> {
  const { smtpUrl, mailFrom, appUrl } = environment()
  // A link without an address leads nowhere.
  if (appUrl === '') return 'This installation does not know its own address (WEFT_APP_URL).'
  const signal = AbortSignal.timeout(MAIL_LIMIT_MS)
  try {
    await new SmtpMail(smtpUrl, mailFrom).send(invitationMessage(invited), signal)
    return null
  } catch (problem) {
    if (signal.aborted) return 'The mail server took too long.'
    if (problem instanceof WeftError) return problem.detail
    console.error('weft: an invitation could not be sent', problem)
    return 'Something went wrong inside Weft.'
  }
}
