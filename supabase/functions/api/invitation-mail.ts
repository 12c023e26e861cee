import type { MailMessage } from '../../../src/lib/engine/services.ts'
import { button, escaped, letter } from '../_shared/services/mail/letter.ts'
import type { Role } from './membership.ts'

/** An invitation as its e-mail tells of it. */
export interface Invited {
  id: string
  email: string
  role: Role
  workspace: string
  inviter: string
  link: string
}

const WHAT_ROLES_DO: Record<Role, string> = {
  viewer: 'You can look at its workflows and at what they do.',
  operator: 'You can run its workflows, decide approvals and work with its records.',
  editor: 'You can build and change its workflows.',
  admin: 'You can build its workflows and manage who belongs to it.',
  owner: 'It is yours.',
}

/** What is sent to whom. */
export function invitationMessage(invited: Invited): MailMessage {
  const { id, email, role, workspace, inviter, link } = invited
  const opening = `${inviter} invites you to work in the workspace "${workspace}" in Weft. ${WHAT_ROLES_DO[role]}`
  const closing =
    `The link works once, for seven days, and only for ${email}. ` +
    'If you did not expect this, you need not do anything.'
  return {
    key: `invitation-${id}`,
    to: [email],
    cc: [],
    bcc: [],
    subject: `${inviter} invites you to ${workspace}`,
    text: ['Hello,', opening, `Accept here: ${link}`, closing].join('\n\n'),
    html: letter([
      '<p>Hello,</p>',
      `<p>${escaped(opening)}</p>`,
      button(link, 'Accept the invitation'),
      `<p style="color:#666666">${escaped(closing)}</p>`,
    ]),
  }
}
