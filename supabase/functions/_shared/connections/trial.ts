import { WeftError } from '../../../../src/lib/engine/errors.ts'
import type { HttpRequest } from '../../../../src/lib/engine/services.ts'
import { SmtpMail } from '../services/mail/smtp-mail.ts'
import { requestWith } from './connected-http.ts'
import { withServer } from './connected-mail.ts'
import type { Connections } from './connections.ts'
import { hasTokens } from './tokens.ts'
import type { OpenConnection } from './vault.ts'

/** What came of a test, in a sentence for people. */
export interface Trial {
  ok: boolean
  report: string
  /** Nothing was tried: there's no address to try it at. */
  untested?: true
}

const TIMEOUT_MS = 15_000
const MAX_BYTES = 1024 * 1024

/** Tries a connection out with the cheapest real call that its service knows. */
export async function tryOut(
  connection: OpenConnection,
  connections: Connections,
  signal: AbortSignal,
): Promise<Trial> {
  try {
    return connection.kind === 'smtp'
      ? await mail(connection, connections, signal)
      : await web(connection, connections, signal)
  } catch (problem) {
    if (!(problem instanceof WeftError)) throw problem
    return { ok: false, report: `${problem.title}. ${problem.detail}` }
  }
}

async function mail(
  connection: OpenConnection,
  { mailServers }: Connections,
  signal: AbortSignal,
): Promise<Trial> {
  await withServer(connection, mailServers, signal, (reached, from) =>
    new SmtpMail(reached, from).verify(),
  )
  return { ok: true, report: 'It works: the mail server let us in. No e-mail was sent.' }
}

async function web(
  connection: OpenConnection,
  { http, tokens }: Connections,
  signal: AbortSignal,
): Promise<Trial> {
  const address = trialAddress(connection)
  if (address === null) {
    if (hasTokens(connection.kind)) {
      await tokens.fresh(connection, signal)
      return { ok: true, report: 'It works: the service gave access.' }
    }
    return { ok: false, untested: true, report: UNTESTED }
  }
  const request: HttpRequest = {
    ...{ method: 'GET', url: address, headers: { accept: 'application/json' } },
    ...{ timeoutMs: TIMEOUT_MS, maxResponseBytes: MAX_BYTES },
  }
  const { status } = await requestWith(connection, request, { http, tokens }, signal)
  const host = new URL(address).host
  if (status >= 200 && status < 300) return { ok: true, report: `It works: ${host} let us in.` }
  if (status === 401 || status === 403) {
    return { ok: false, report: `${host} did not let us in (status ${status}). Check the fields.` }
  }
  return { ok: false, report: `${host} was reached, but answered with status ${status}.` }
}

const UNTESTED =
  'This cannot be tested yet: fill in an "Address for testing" that only answers those who are signed in.'

/** An address that costs nothing to read, and that only those who are signed in can; null when nobody named one. */
function trialAddress({ kind, settings }: OpenConnection): string | null {
  const at = (name: string): string => String(settings[name] ?? '').replace(/\/+$/, '')
  switch (kind) {
    case 'unipile':
      return `https://${at('dsn').replace(/^https?:\/\//i, '')}/api/v1/accounts?limit=1`
    case 'sms':
      return `${at('address')}/2010-04-01/Accounts/${encodeURIComponent(at('accountSid'))}.json`
    case 'ai.openai':
      return `${at('address')}/models`
    case 'ai.anthropic':
      return `${at('address')}/v1/models?limit=1`
    default:
      return at('testAddress') === '' ? null : String(settings['testAddress'])
  }
}
