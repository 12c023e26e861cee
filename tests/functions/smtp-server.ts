import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/** What a mail server says instead of "yes" at some point; `null` hangs up without a word, 'silence' says nothing. */
export interface Manners {
  greeting?: string | null | 'silence'
  /** What signing in is answered with. */
  auth?: string | null
  recipient?: (address: string) => string | null
  data?: string | null
  /** After the whole message. */
  end?: string | null | 'silence'
}

/** A mail server that speaks just enough SMTP, and misbehaves as told. */
export async function startSmtpServer() {
  let manners: Manners = {}
  const messages: string[] = []
  const recipients: string[] = []
  const signIns: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined) // whoever hangs up on us is part of the test
    const say = (line: string | null | undefined, otherwise: string) => {
      if (line === null) socket.destroy()
      else if (line !== 'silence') socket.write(`${line ?? otherwise}\r\n`)
    }
    say(manners.greeting, '220 mail.test ESMTP')
    let received = ''
    let inMessage = false
    socket.on('data', (chunk) => {
      received += chunk.toString('utf8')
      for (;;) {
        const mark = inMessage ? '\r\n.\r\n' : '\r\n'
        const at = received.indexOf(mark)
        if (at < 0) return
        const line = received.slice(0, at)
        received = received.slice(at + mark.length)
        if (inMessage) {
          inMessage = false
          messages.push(line)
          say(manners.end, '250 taken')
        } else if (/^EHLO/i.test(line)) {
          socket.write('250-mail.test\r\n250-AUTH PLAIN\r\n250 SMTPUTF8\r\n')
        } else if (/^AUTH PLAIN/i.test(line)) {
          signIns.push(Buffer.from(line.slice('AUTH PLAIN '.length), 'base64').toString('utf8'))
          say(manners.auth, '235 welcome')
        } else if (/^RCPT/i.test(line)) {
          const address = /<(.*)>/.exec(line)?.[1] ?? ''
          recipients.push(address)
          say(manners.recipient?.(address), '250 ok')
        } else if (/^DATA/i.test(line)) {
          inMessage = manners.data === undefined
          say(manners.data, '354 go on')
        } else {
          say(undefined, /^QUIT/i.test(line) ? '221 bye' : '250 ok')
        }
      }
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo // it listens on a port, not on a socket file
  return {
    url: `smtp://127.0.0.1:${port}`,
    messages,
    recipients,
    /** What people signed in with: \0user\0password. */
    signIns,
    port,
    behave(next: Manners) {
      manners = next
      messages.length = 0
      recipients.length = 0
    },
    stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
