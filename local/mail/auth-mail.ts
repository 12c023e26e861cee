import type { EmailDriver } from '@supabase/lite'
import { createTransport } from 'nodemailer'

/** Sends the e-mails of the auth server through the local mail server, as a hosted one would through a real one. */
export function authMail(smtpUrl: string, from: string): EmailDriver {
  const transport = createTransport(smtpUrl)
  return {
    async send({ to, subject, html, text }) {
      // The plain text that comes along links to the API; people are to land in the app, as the HTML says.
      await transport.sendMail({ from, to, subject, html, text: html ? plainText(html) : text })
    },
  }
}

/** The words of a simple HTML mail, with each link's address after it. */
function plainText(html: string): string {
  return html
    .replace(/<(head|style|title)[\s\S]*?<\/\1>/g, '')
    .replace(/<a\s[^>]*?href="([^"]*)"[^>]*>([\s\S]*?)<\/a\s*>/g, '$2: $1')
    .replace(/<\/(p|h1|h2|div|tr)>|<br\s*\/?>/g, '\n')
    .replace(/<[^>]+>/g, '')
    .replace(/&amp;/g, '&')
    .replace(/[ \t]+/g, ' ')
    .replace(/\s*\n\s*/g, '\n\n')
    .trim()
}
