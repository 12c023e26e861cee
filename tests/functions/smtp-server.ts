import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'

/** What a mail server says instead of "yes" at some point; `null` hangs up without a word, 'silence' says nothing. */
export interface Manners {
  greeting?: string | null | 'silence'
  /** What signing in is answered with. */
  auth?: string | null
  /** Whether it offers encryption, where it can. */
  startTls?: boolean
  recipient?: (address: string) => string | null
  data?: string | null
  /** After the whole message. */
  end?: string | null | 'silence'
}

/** How a mail server encrypts: from the start, or when it's asked to after its greeting. */
export interface Encryption {
  from: 'start' | 'asked'
  key: string
  cert: string
}

/** A mail server that speaks just enough SMTP, and misbehaves as told. */
export async function startSmtpServer(encryption?: Encryption) {
  let manners: Manners = {}
  const messages: string[] = []
  const recipients: string[] = []
  const signIns: string[] = []
  /** What was said before the connection was encrypted, where it is. */
  const inTheClear: string[] = []
  const sockets = new Set<Socket>()
  const encrypted = (socket: Socket) =>
    new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(encryption) })
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined) // whoever hangs up on us is part of the test
    serve(encryption?.from === 'start' ? encrypted(socket) : socket, false)
  })
  function serve(socket: Socket, isGreeted: boolean): void {
    socket.on('error', () => undefined)
    const say = (line: string | null | undefined, otherwise: string) => {
      if (line === null) socket.destroy()
      else if (line !== 'silence') socket.write(`${line ?? otherwise}\r\n`)
    }
    if (!isGreeted) say(manners.greeting, '220 mail.test ESMTP')
    const isOpen = encryption !== undefined && !(socket instanceof TLSSocket)
    let received = ''
    let inMessage = false
    const listen = (chunk: Buffer) => {
      received += chunk.toString('utf8')
      for (;;) {
        const mark = inMessage ? '\r\n.\r\n' : '\r\n'
        const at = received.indexOf(mark)
        if (at < 0) return
        const line = received.slice(0, at)
        received = received.slice(at + mark.length)
        if (isOpen) inTheClear.push(line)
        if (isOpen && manners.startTls !== false && /^STARTTLS/i.test(line)) {
          socket.off('data', listen)
          socket.write('220 go on\r\n')
          serve(encrypted(socket), true)
          return
        } else if (inMessage) {
          inMessage = false
          messages.push(line)
          say(manners.end, '250 taken')
        } else if (/^EHLO/i.test(line)) {
          const more = isOpen && manners.startTls !== false ? '250-STARTTLS\r\n' : ''
          socket.write(`250-mail.test\r\n${more}250-AUTH PLAIN\r\n250 SMTPUTF8\r\n`)
        } else if (/^STARTTLS/i.test(line)) {
          socket.write('502 not here\r\n')
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
    }
    socket.on('data', listen)
  }
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo // it listens on a port, not on a socket file
  return {
    url: `smtp://127.0.0.1:${port}`,
    messages,
    recipients,
    /** What people signed in with: \0user\0password. */
    signIns,
    port,
    inTheClear,
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
