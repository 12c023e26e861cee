export { SmtpMail } from './mail/smtp-mail.ts'
