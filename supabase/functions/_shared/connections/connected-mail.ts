import type net from 'node:net'
import { z } from 'zod'
import { ConfigProblem, StepFailure } from '../../../../src/lib/engine/errors.ts'
import type { MailMessage, MailService } from '../../../../src/lib/engine/services.ts'
import { AllowedHosts, plainHost } from '../services/http/allowed-hosts.ts'
import { allowedAddresses, systemResolve, type Resolve } from '../services/http/destination.ts'
import { dial } from '../services/http/dial.ts'
import { explained } from '../services/mail/problems.ts'
import { SmtpMail, type MailServer } from '../services/mail/smtp-mail.ts'
import { unfit } from './problems.ts'
import { Redaction } from './redaction.ts'
import { usable } from './resolve.ts'
import type { ConnectionVault, OpenConnection } from './vault.ts'

const server = z.object({
  host: z.string(),
  port: z.number(),
  security: z.enum(['tls', 'starttls', 'none']),
  user: z.string().default(''),
  from: z.string(),
})

const DIAL_MS = 15_000

/** Reaches the mail servers of connections: those on the public internet, and those that the operator allows. */
export class MailServers {
  readonly #allowed: AllowedHosts
  readonly #resolve: Resolve

  constructor(allowPrivateHosts: string[], resolve: Resolve = systemResolve) {
    this.#allowed = new AllowedHosts(allowPrivateHosts)
    this.#resolve = resolve
  }

  /** A connection to the server that was looked at, not to its name again; with how to sign in there. */
  async reach(connection: OpenConnection, signal: AbortSignal): Promise<MailServer> {
    if (connection.kind !== 'smtp') throw unfit(connection.name)
    const { host, port, security, user } = server.parse(connection.settings)
    const hostname = nameOf(host)
    if (security === 'none' && !this.#allowed.has(hostname, port)) throw notEncrypted()
    const known = { allowed: this.#allowed, resolve: this.#resolve }
    const either = AbortSignal.any([signal, AbortSignal.timeout(DIAL_MS)])
    const addresses = await allowedAddresses(hostname, port, known, either)
    const url = new URL(`smtp://${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`)
    const socket = await this.#dial({ url, hostname, port, addresses }, signal)
    const password = connection.secrets['password']
    return {
      ...{ host: hostname, port, connection: socket },
      ...{ secure: security === 'tls', requireTLS: security === 'starttls' },
      ...{ ignoreTLS: security === 'none', forceAuth: user !== '' },
      ...(user === '' ? {} : { auth: { user, pass: password ?? '' } }),
    }
  }

  async #dial(to: Parameters<typeof dial>[0], signal: AbortSignal): Promise<net.Socket> {
    try {
      return await dial(to, AbortSignal.any([signal, AbortSignal.timeout(DIAL_MS)]))
    } catch (problem) {
      signal.throwIfAborted()
      throw explained(problem, false)
    }
  }
}

/** E-mails of one workspace's steps: through its own connections, or through the installation's server. */
export class ConnectedMail implements MailService {
  readonly #usual: MailService
  readonly #servers: MailServers
  readonly #vault: ConnectionVault
  readonly #workspace: string

  constructor(usual: MailService, servers: MailServers, vault: ConnectionVault, workspace: string) {
    this.#usual = usual
    this.#servers = servers
    this.#vault = vault
    this.#workspace = workspace
  }

  async send(
    { connection: id, ...message }: MailMessage,
    signal: AbortSignal,
  ): Promise<{ messageId: string }> {
    if (id === undefined) return await this.#usual.send(message, signal)
    const connection = await usable(this.#vault, this.#workspace, id)
    return await withServer(connection, this.#servers, signal, (reached, from) =>
      new SmtpMail(reached, from).send(message, signal),
    )
  }
}

/** Does something with a connection's mail server. What it throws has none of its secrets in it. */
export async function withServer<T>(
  connection: OpenConnection,
  servers: MailServers,
  signal: AbortSignal,
  work: (reached: MailServer, from: string) => Promise<T>,
): Promise<T> {
  const { user, password = '' } = { user: '', ...connection.settings, ...connection.secrets }
  const both = `\0${String(user)}\0${password}`
  try {
    const reached = await servers.reach(connection, signal)
    try {
      return await work(reached, String(connection.settings['from']))
    } finally {
      // nodemailer closes it; not if it was never asked to.
      reached.connection.on('error', () => undefined)
      reached.connection.destroy()
    }
  } catch (problem) {
    throw ofConnection(new Redaction([password, both]).error(problem))
  }
}

/** The installation's administrator can't help with the password of somebody's connection. */
function ofConnection(problem: unknown): unknown {
  if (!(problem instanceof StepFailure) || problem.code !== 'mail.sign_in_failed') return problem
  const { code, title, detail, retryable } = problem
  return new StepFailure({
    ...{ code, title, detail, retryable },
    hint: 'Look at the connection under Connections, and fill in its password again.',
    field: 'connection',
  })
}

/** The name in the one spelling that addresses on the web get, so that 127.1 or 0x7f000001 are told. */
function nameOf(host: string): string {
  const address = `http://${host}/`
  return plainHost(URL.canParse(address) ? new URL(address).hostname : host)
}

const notEncrypted = () =>
  new ConfigProblem({
    code: 'mail.not_encrypted',
    title: 'This mail server is used without encryption',
    detail:
      'Your password and the e-mails would be sent so that everybody on the way could read them.',
    hint: 'Choose an encryption in the connection, or ask your administrator to allow this server.',
    field: 'connection',
  })
