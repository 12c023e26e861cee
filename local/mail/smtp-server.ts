import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import type { Mailbox } from './mailbox.ts'

const largestBytes = 25 * 1024 * 1024

/** A mail server that keeps every message for the mailbox page and passes none on. */
export async function startSmtpServer(
  mailbox: Mailbox,
  port: number,
): Promise<{ port: number; stop(): Promise<void> }> {
  const server = new SMTPServer({
    // Programs on this machine only, so neither encryption nor a password would protect anything.
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    onAuth: (auth, _session, done) => done(null, { user: auth.username }),
    size: largestBytes,
    logger: false,
    onData(stream, session, done) {
      simpleParser(stream)
        .then((mail) => {
          if (stream.sizeExceeded) return done(new Error('The message is larger than 25 MB.'))
          mailbox.add({
            id: randomUUID(),
            messageId: mail.messageId ?? '',
            receivedAt: new Date().toISOString(),
            from:
              mail.from?.text ??
              (session.envelope.mailFrom ? session.envelope.mailFrom.address : ''),
            to: session.envelope.rcptTo.map((recipient) => recipient.address),
            subject: mail.subject ?? '',
            text: mail.text ?? '',
            html: mail.html || '',
            attachments: mail.attachments.map(({ filename, contentType, size }) => ({
              name: filename ?? 'attachment',
              type: contentType,
              bytes: size,
            })),
          })
          done()
        })
        .catch((error: unknown) => done(error instanceof Error ? error : new Error(String(error))))
    },
  })
  // A client that hangs up in mid-sentence is its own problem.
  server.on('error', () => undefined)
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    port: (server.server.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => server.close(resolve)),
  }
}
