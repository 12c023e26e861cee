import { hostOf } from '../../../../src/lib/engine/connections/define-connection.ts'
import type { HttpRequest, HttpResponse, HttpService } from '../../../../src/lib/engine/services.ts'
import { isOutage } from '../database/outage.ts'
import type { SafeHttp } from '../services/http/safe-http.ts'
import { credentialsOf } from './credentials.ts'
import { hostNotAllowed, unavailable, unfit } from './problems.ts'
import { Redaction } from './redaction.ts'
import { usable } from './resolve.ts'
import { hasTokens, tokensOf, type Tokens } from './tokens.ts'
import { TOKENS, type ConnectionVault, type OpenConnection } from './vault.ts'

/** Requests of one workspace's steps: signed in with its connections, whose secrets the steps never see. */
export class ConnectedHttp implements HttpService {
  readonly #http: SafeHttp
  readonly #vault: ConnectionVault
  readonly #tokens: Tokens
  readonly #workspace: string

  constructor(http: SafeHttp, vault: ConnectionVault, tokens: Tokens, workspace: string) {
    this.#http = http
    this.#vault = vault
    this.#tokens = tokens
    this.#workspace = workspace
  }

  async request(
    { connection: id, ...request }: HttpRequest,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    if (id === undefined) return await this.#http.request(request, signal)
    const connection = await usable(this.#vault, this.#workspace, id)
    return await requestWith(
      connection,
      request,
      { http: this.#http, tokens: this.#tokens },
      signal,
    )
  }
}

/** One request with a connection's credentials, to one of its hosts; what comes back has none of its secrets in it. */
export async function requestWith(
  found: OpenConnection,
  request: HttpRequest,
  { http, tokens }: { http: SafeHttp; tokens: Tokens },
  signal: AbortSignal,
): Promise<HttpResponse> {
  checkHost(found, request.url)
  const { token, connection } = hasTokens(found.kind)
    ? await tokens.fresh(found, signal).catch((problem: unknown) => {
        throw isOutage(problem) ? unavailable(problem) : problem
      })
    : { token: null, connection: found }
  // While a token was fetched, its fields may have been replaced.
  checkHost(connection, request.url)
  const credentials = credentialsOf(connection, token)
  if (credentials === undefined) throw unfit(connection.name)
  const redaction = new Redaction([...secretsOf(connection), ...credentials.secrets])
  try {
    const response = await http.confide(request, { credentials: credentials.headers }, signal)
    return redaction.response(response)
  } catch (problem) {
    throw redaction.error(problem)
  }
}

/** Everything that must not come back, each by itself. */
export function secretsOf(connection: OpenConnection): string[] {
  const { [TOKENS]: _, ...fields } = connection.secrets
  const { access, refresh } = tokensOf(connection)
  return [...Object.values(fields), access, refresh].filter((one) => one !== undefined)
}

function checkHost({ name, allowedHosts }: OpenConnection, address: string): void {
  // What isn't an address is told where it's read.
  if (!URL.canParse(address)) return
  const host = hostOf(address)
  if (!allowedHosts.includes(host)) throw hostNotAllowed(name, host, allowedHosts)
}
