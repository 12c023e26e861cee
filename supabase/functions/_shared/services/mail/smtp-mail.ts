import type net from 'node:net'
import { createTransport } from 'nodemailer'
import type { MailMessage, MailService } from '../../../../../src/lib/engine/services.ts'
import { StepFailure } from '../../../../../src/lib/engine/errors.ts'
import { mailbox, messageIdOf, oneLine } from './envelope.ts'
import { explained, notConfigured, partlyRefused } from './problems.ts'

/** How long the server may be silent. */
const PATIENCE_MS = 15_000
/** How long one e-mail may take in all. */
const LIMIT_MS = 120_000

/** A mail server that was reached already, and how to go on with it. */
export interface MailServer {
  host: string
  port: number
  connection: net.Socket
  /** TLS from the start; or asked for after the greeting; or not even if offered. */
  secure: boolean
  requireTLS: boolean
  ignoreTLS: boolean
  auth?: { user: string; pass: string }
  /** Not to go on without signing in where a server doesn't offer it. */
  forceAuth: boolean
}

/** E-mail over SMTP. The message's key becomes its Message-ID, so that a repeated mail can be told. */
export class SmtpMail implements MailService {
  readonly #server: string | MailServer
  readonly #from: string

  /** `server`: the address of the operator's own, or one that was reached for a connection. */
  constructor(server: string | MailServer, from: string) {
    this.#server = server
    this.#from = from
  }

  /** Greets the server and signs in, and that's all. Throws StepFailure when it doesn't let us in. */
  async verify(): Promise<void> {
    const transport = this.#transport(new HandOver())
    try {
      await transport.verify()
    } catch (problem) {
      throw explained(problem, false)
    } finally {
      transport.close()
    }
  }

  async send(message: MailMessage, signal: AbortSignal): Promise<{ messageId: string }> {
    signal.throwIfAborted()
    if (this.#server === '' || this.#from === '') throw notConfigured()
    const from = mailbox(this.#from, 'from')
    const messageId = messageIdOf(message.key, from.address)
    const content = {
      from,
      to: message.to.map((entry) => mailbox(entry, 'to')),
      cc: message.cc.map((entry) => mailbox(entry, 'cc')),
      bcc: message.bcc.map((entry) => mailbox(entry, 'bcc')),
      subject: oneLine(message.subject),
      text: message.text,
      messageId,
      ...(message.html === undefined ? {} : { html: message.html }),
      ...(message.replyTo === undefined ? {} : { replyTo: mailbox(message.replyTo, 'replyTo') }),
    }
    if (content.to.length + content.cc.length + content.bcc.length === 0) throw noRecipient()
    const refused = await this.#deliver(content, signal)
    if (refused.length > 0) throw partlyRefused(refused)
    return { messageId }
  }

  /** Resolves with the addresses that the server refused while it took the others. */
  async #deliver(content: object, signal: AbortSignal): Promise<string[]> {
    const watch = new HandOver()
    const transport = this.#transport(watch)
    try {
      const info = await transport.sendMail({
        ...content,
        signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]),
      })
      return info.rejected
    } catch (problem) {
      // A cancel isn't a fault of the mail server.
      signal.throwIfAborted()
      throw explained(problem, watch.happened)
    } finally {
      transport.close()
    }
  }

  #transport(watch: HandOver) {
    return createTransport({
      ...(typeof this.#server === 'string' ? { url: this.#server } : this.#server),
      connectionTimeout: PATIENCE_MS,
      greetingTimeout: PATIENCE_MS,
      socketTimeout: PATIENCE_MS,
      // A template must not be able to make it read files or fetch addresses.
      disableFileAccess: true,
      disableUrlAccess: true,
      logger: watch,
    })
  }
}

/**
 * Notices when the whole message has been written to the server: from then on, the server may have taken it, whatever
 * becomes of the connection. nodemailer's errors don't tell, but its log does, at exactly that moment.
 */
class HandOver {
  happened = false
  readonly #ignore = () => undefined
  level = this.#ignore
  trace = this.#ignore
  debug = this.#ignore
  warn = this.#ignore
  error = this.#ignore
  fatal = this.#ignore

  info = (entry: unknown) => {
    if (typeof entry === 'object' && entry !== null && 'tnx' in entry && entry.tnx === 'message') {
      this.happened = true
    }
  }
}

function noRecipient(): StepFailure {
  return new StepFailure({
    code: 'mail.no_recipient',
    title: 'This e-mail has no recipient',
    detail: 'All of its address fields are empty.',
    hint: 'Fill in at least one address, like ann@example.org.',
    field: 'to',
    retryable: false,
  })
}
