import { createTransport } from 'nodemailer'
import type { MailMessage, MailService } from '../../../../src/lib/engine/services.ts'
import { StepFailure, Uncertain } from '../engine.ts'

/** What nodemailer adds to its errors. */
interface SmtpProblem {
  code?: string
  /** What was being said to the server when it failed. */
  command?: string
  responseCode?: number
  message: string
}

const PATIENCE_MS = 15_000

/** E-mail over SMTP. The message's key becomes its Message-ID, so that a repeated mail can be told. */
export class SmtpMail implements MailService {
  readonly #url: string
  readonly #from: string

  constructor(url: string, from: string) {
    this.#url = url
    this.#from = from
  }

  async send(message: MailMessage, signal: AbortSignal): Promise<{ messageId: string }> {
    signal.throwIfAborted()
    if (this.#url === '' || this.#from === '') throw notConfigured()
    const messageId = `<${message.key.replace(/[^A-Za-z0-9._-]+/g, '-')}@${this.#domain()}>`
    const transport = createTransport({
      url: this.#url,
      connectionTimeout: PATIENCE_MS,
      greetingTimeout: PATIENCE_MS,
      socketTimeout: PATIENCE_MS,
      // A template must not be able to make it read files or fetch addresses.
      disableFileAccess: true,
      disableUrlAccess: true,
    })
    try {
      await transport.sendMail({
        from: this.#from,
        to: message.to,
        cc: message.cc,
        bcc: message.bcc,
        subject: message.subject,
        text: message.text,
        messageId,
        ...(message.html === undefined ? {} : { html: message.html }),
        ...(message.replyTo === undefined ? {} : { replyTo: message.replyTo }),
      })
      return { messageId }
    } catch (problem) {
      throw explained(problem as SmtpProblem) // nodemailer throws nothing else
    } finally {
      transport.close()
    }
  }

  #domain(): string {
    return /@([A-Za-z0-9.-]+)/.exec(this.#from)?.[1] ?? 'weft'
  }
}

function notConfigured(): StepFailure {
  return new StepFailure({
    code: 'mail.not_configured',
    title: 'No mail server is set up',
    detail: 'This installation does not know a mail server yet.',
    hint: 'Ask your administrator to set WEFT_SMTP_URL and WEFT_MAIL_FROM.',
    retryable: false,
  })
}

function explained(problem: SmtpProblem): Error {
  const answered = problem.responseCode
  if (answered !== undefined) {
    return new StepFailure({
      code: 'mail.refused',
      title: 'The mail server refused this e-mail',
      detail: `It answered: ${problem.message}`,
      hint: 'Check the addresses of sender and recipients.',
      // 4xx means "not now", 5xx means "never".
      retryable: answered < 500,
      cause: problem,
    })
  }
  if (problem.code === 'EENVELOPE') {
    return new StepFailure({
      code: 'mail.no_recipient',
      title: 'This e-mail has no valid recipient',
      detail: problem.message,
      hint: 'Fill in at least one address, like ann@example.org.',
      retryable: false,
      cause: problem,
    })
  }
  const what = {
    code: 'mail.no_connection',
    title: 'The mail server could not be reached',
    detail: `The connection failed: ${problem.message}`,
    hint: 'Try again later. If it stays like this, ask your administrator to check the mail server.',
    cause: problem,
  }
  // Once the text was on its way, nobody knows whether the server took it.
  return problem.command === 'DATA'
    ? new Uncertain(what)
    : new StepFailure({ ...what, retryable: true })
}
