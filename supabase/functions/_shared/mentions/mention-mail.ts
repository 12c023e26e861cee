import type { MailMessage } from '../../../../src/lib/engine/services.ts'
import { button, escaped, letter } from '../services/mail/letter.ts'

/** An e-mail to somebody who was mentioned in a comment, as the database tells of it. */
export interface MentionMail {
  comment_id: string
  user_id: string
  address: string
  name: string
  author: string
  body: string
  thread_id: string
  workflow_id: string
  workflow: string
  workspace_id: string
  workspace: string
}

/** What is sent. `appUrl`: where the app is; empty when this installation doesn't say. */
export function mentionMessage(mail: MentionMail, appUrl: string): MailMessage {
  const page = `${appUrl}/w/${mail.workspace_id}/workflows/${mail.workflow_id}`
  const link = appUrl === '' ? null : `${page}?comment=${mail.thread_id}`
  const opening = `${mail.author} mentions you in a comment on the workflow "${mail.workflow}" in ${mail.workspace}:`
  const otherwise = 'Open the workflow in Weft to answer.'
  return {
    key: `mention-${mail.comment_id}-${mail.user_id}`,
    to: [mail.address],
    cc: [],
    bcc: [],
    subject: `${mail.author} mentions you in ${mail.workflow}`,
    text: [
      `Hello ${mail.name},`,
      opening,
      mail.body,
      link === null ? otherwise : `Answer here: ${link}`,
    ].join('\n\n'),
    html: letter([
      `<p>Hello ${escaped(mail.name)},</p>`,
      `<p>${escaped(opening)}</p>`,
      `<blockquote style="white-space:pre-wrap;margin:0 0 16px;padding:0 0 0 12px;border-left:3px solid #cccccc">${escaped(mail.body)}</blockquote>`,
      link === null ? `<p>${otherwise}</p>` : button(link, 'Look at it and answer'),
    ]),
  }
}
