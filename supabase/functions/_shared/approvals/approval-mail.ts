import type { MailMessage } from '../../../../src/lib/engine/services.ts'
import { button, escaped, letter } from '../services/mail/letter.ts'

/** An e-mail about an approval that is still to be sent, as the database tells of it. */
export interface ApprovalMail {
  id: string
  reason: 'asked' | 'escalated' | 'reminder'
  address: string
  name: string
  approval_id: string
  title: string
  description: string
  opened_at: Date
  due_at: Date | null
  workspace_id: string
  workspace: string
  time_zone: string
}

const SUBJECTS = {
  asked: 'Please decide: ',
  escalated: 'Please decide, too: ',
  reminder: 'Reminder, please decide: ',
}

/** Why this person gets an e-mail now. */
function opening({ reason, workspace, opened_at, time_zone }: ApprovalMail): string {
  if (reason === 'asked') return `A workflow in ${workspace} goes on when this is decided.`
  const since = moment(opened_at, time_zone)
  return reason === 'escalated'
    ? `A workflow in ${workspace} has waited for this decision since ${since}. Now you are asked, too.`
    : `A workflow in ${workspace} has waited for this decision since ${since}, and for yours.`
}

const moment = (at: Date, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', {
    ...{ day: 'numeric', month: 'long', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', timeZone, timeZoneName: 'short' },
  }).format(at)

/** What is sent. `appUrl`: where the app is; empty when this installation doesn't say. */
export function messageOf(mail: ApprovalMail, appUrl: string): MailMessage {
  const link =
    appUrl === '' ? null : `${appUrl}/w/${mail.workspace_id}/approvals#${mail.approval_id}`
  const due = mail.due_at === null ? '' : `Until ${moment(mail.due_at, mail.time_zone)}.`
  const text = [
    `Hello ${mail.name},`,
    opening(mail),
    mail.title,
    mail.description,
    due,
    link === null ? 'Open "Approvals" in Weft to decide.' : `Decide here: ${link}`,
  ]
  const html = [
    `<p>Hello ${escaped(mail.name)},</p>`,
    `<p>${escaped(opening(mail))}</p>`,
    `<h2 style="font-size:18px;margin:24px 0 8px">${escaped(mail.title)}</h2>`,
    mail.description === ''
      ? ''
      : `<p style="white-space:pre-wrap;margin:0 0 16px">${escaped(mail.description)}</p>`,
    due === '' ? '' : `<p>${escaped(due)}</p>`,
    link === null
      ? '<p>Open "Approvals" in Weft to decide.</p>'
      : button(link, 'Look at it and decide'),
  ]
  return {
    key: `approval-${mail.id}`,
    to: [mail.address],
    cc: [],
    bcc: [],
    subject: SUBJECTS[mail.reason] + mail.title,
    text: text.filter((part) => part !== '').join('\n\n'),
    html: letter(html),
  }
}
