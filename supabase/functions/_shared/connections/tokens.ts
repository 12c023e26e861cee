import { Buffer } from 'node:buffer'
import { z } from 'zod'
import { Uncertain } from '../../../../src/lib/engine/errors.ts'
import type { HttpRequest, HttpResponse } from '../../../../src/lib/engine/services.ts'
import type { SafeHttp } from '../services/http/safe-http.ts'
import { clientCredentials } from './credentials.ts'
import { noToken, signInAgain } from './problems.ts'
import { TOKENS, type ConnectionVault, type OpenConnection } from './vault.ts'

/** So long before their end tokens are renewed: a request may be under way for a while. */
const EARLY_MS = 60_000
/** Of services that don't say how long a token lasts. */
const USUAL_LIFE_S = 3_600
/** Whoever renews has so long; then others may try. */
const PATIENCE_MS = 20_000
const LOOK_AGAIN_MS = 100
const MAX_BYTES = 256 * 1024

/** What an OAuth service gave. */
const kept = z.object({ access: z.string().optional(), refresh: z.string().optional() })

const given = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
})

/** Whether a kind of connection works with tokens that are fetched and renewed. */
export const hasTokens = (kind: string): boolean => kind.startsWith('oauth2.')

/** A connection's tokens in the clear; not there before the first sign-in. */
export const tokensOf = (connection: OpenConnection): z.infer<typeof kept> =>
  kept.parse(JSON.parse(connection.secrets[TOKENS] ?? '{}'))

/** Tokens of OAuth services: fetched, and renewed once however many steps need them at the same time. */
export class Tokens {
  readonly #vault: ConnectionVault
  readonly #http: SafeHttp

  constructor(vault: ConnectionVault, http: SafeHttp) {
    this.#vault = vault
    this.#http = http
  }

  /** A token that is good for a while. Answers with the connection as it is then. Throws StepFailure or ConfigProblem. */
  async fresh(
    connection: OpenConnection,
    signal: AbortSignal,
  ): Promise<{ token: string; connection: OpenConnection }> {
    const late = Date.now() + PATIENCE_MS
    for (let current = connection; ;) {
      const { access, refresh } = tokensOf(current)
      if (access !== undefined && (current.tokensUntil ?? 0) > Date.now() + EARLY_MS) {
        return { token: access, connection: current }
      }
      if (current.kind === 'oauth2.code' && refresh === undefined) throw signInAgain(current.name)
      const renewal = await this.#claim(current)
      if (renewal !== null) await this.#renew(current, renewal, refresh, signal)
      else await pause(LOOK_AGAIN_MS, signal)
      const { id, workspace, name } = current
      if (Date.now() > late) throw noToken(name, 'Renewing its access took too long.', true)
      const again = await this.#vault.open(workspace, id, { use: false })
      if (again === null || again.status === 'revoked') throw signInAgain(name)
      current = again
    }
  }

  /** Changes a code that a service gave for tokens. */
  async exchangeCode(
    connection: OpenConnection,
    sent: { code: string; verifier: string; returnTo: string },
    signal: AbortSignal,
  ): Promise<void> {
    const fields = {
      ...{ grant_type: 'authorization_code', code: sent.code },
      ...{ code_verifier: sent.verifier, redirect_uri: sent.returnTo },
    }
    const tokens = await this.#ask(connection, fields, signal)
    const isKept = await this.#keep(connection, tokens, undefined, null)
    if (!isKept) throw signInAgain(connection.name)
  }

  /** Whose turn it is to renew: one process', for a while. Null: somebody else's, or it's done already. */
  async #claim({ workspace, id }: OpenConnection): Promise<number | null> {
    const [mine] = await this.#vault.within(workspace, (queries) =>
      queries.query<{ renewal: number }>(
        `update private.connection_secrets
         set renewing_until = now() + make_interval(secs => $3), renewal = renewal + 1
         where workspace_id = $1 and connection_id = $2 and field = '${TOKENS}'
           and (renewing_until is null or renewing_until < now())
           and expires_at <= now() + make_interval(secs => $4)
         returning renewal`,
        [workspace, id, PATIENCE_MS / 1000, EARLY_MS / 1000],
      ),
    )
    return mine?.renewal ?? null
  }

  async #renew(
    connection: OpenConnection,
    renewal: number,
    refresh: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { scope } = connection.settings
    const grant: Record<string, string> =
      connection.kind === 'oauth2.code'
        ? { grant_type: 'refresh_token', refresh_token: refresh ?? '' }
        : {
            grant_type: 'client_credentials',
            ...(typeof scope === 'string' && scope !== '' ? { scope } : {}),
          }
    try {
      const tokens = await this.#ask(connection, grant, signal)
      await this.#keep(connection, tokens, refresh, renewal)
    } catch (problem) {
      await this.#giveBack(connection, renewal)
      throw problem
    }
  }

  /** Asks the service. Nothing of what it says gets into an error but its own short code. */
  async #ask(
    connection: OpenConnection,
    grant: Record<string, string>,
    signal: AbortSignal,
  ): Promise<z.infer<typeof given>> {
    const { headers, fields } = clientCredentials(connection)
    const response = await this.#post(
      connection,
      {
        method: 'POST',
        url: z.string().parse(connection.settings['tokenAddress']),
        headers: {
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams({ ...grant, ...fields }).toString(),
        timeoutMs: PATIENCE_MS / 2,
        maxResponseBytes: MAX_BYTES,
      },
      headers,
      signal,
    )
    const said = dataOf(response)
    const tokens = given.safeParse(said)
    if (response.status === 200 && tokens.success) return tokens.data
    const code = z.object({ error: z.enum(ERRORS) }).safeParse(said).data?.error
    if (code === 'invalid_grant' && connection.kind === 'oauth2.code') {
      await this.#markBroken(connection)
      throw signInAgain(connection.name)
    }
    const detail = `The service answered with status ${response.status}${code === undefined ? '' : ` (${code})`}.`
    throw noToken(connection.name, detail, response.status === 429 || response.status >= 500)
  }

  /** Not knowing whether a token was given out isn't the same for the step: its own request was never sent. */
  async #post(
    { name }: OpenConnection,
    request: HttpRequest,
    credentials: Record<string, string>,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    try {
      return await this.#http.confide(request, { credentials, maxRedirects: 0 }, signal)
    } catch (problem) {
      throw problem instanceof Uncertain ? noToken(name, problem.detail, true) : problem
    }
  }

  /** Keeps tokens, unless the connection's fields were replaced meanwhile: these would be for the old ones. */
  async #keep(
    { workspace, id, rotatedAt }: OpenConnection,
    tokens: z.infer<typeof given>,
    refresh: string | undefined,
    renewal: number | null,
  ): Promise<boolean> {
    // Many services give the refresh token once and mean it for ever.
    const text = JSON.stringify({
      access: tokens.access_token,
      refresh: tokens.refresh_token ?? refresh,
    })
    const { keyId, ciphertext } = this.#vault.seal(text, workspace, id, TOKENS)
    return await this.#vault.within(workspace, async (queries) => {
      const present = await queries.query(
        `update public.connections
         set status = case when status in ('unfinished', 'broken') then 'ready' else status end,
             report = case when status in ('unfinished', 'broken') then null else report end
         where workspace_id = $1 and id = $2 and rotated_at = $3::timestamptz and status <> 'revoked'
         returning 1`,
        [workspace, id, rotatedAt],
      )
      if (present.length === 0) return false
      const written = await queries.query(
        `update private.connection_secrets
         set key_id = $3, ciphertext = $4, updated_at = now(), renewing_until = null,
             expires_at = now() + make_interval(secs => $5)
         where workspace_id = $1 and connection_id = $2 and field = '${TOKENS}'
           and renewal = coalesce($6, renewal)
         returning 1`,
        [
          ...[workspace, id, keyId, Buffer.from(ciphertext)],
          ...[tokens.expires_in ?? USUAL_LIFE_S, renewal],
        ],
      )
      return written.length > 0
    })
  }

  async #giveBack({ workspace, id }: OpenConnection, renewal: number): Promise<void> {
    await this.#vault.within(workspace, (queries) =>
      queries.query(
        `update private.connection_secrets set renewing_until = null
         where workspace_id = $1 and connection_id = $2 and field = '${TOKENS}' and renewal = $3`,
        [workspace, id, renewal],
      ),
    )
  }

  async #markBroken({ workspace, id }: OpenConnection): Promise<void> {
    await this.#vault.within(workspace, (queries) =>
      queries.query(
        `update public.connections
         set status = 'broken', report = 'The service does not accept this sign-in any more. Sign in again.'
         where workspace_id = $1 and id = $2 and status = 'ready'`,
        [workspace, id],
      ),
    )
  }
}

/** The codes of RFC 6749: anything else that a service writes there might be anything. */
const ERRORS = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
] as const

function dataOf({ body }: HttpResponse): unknown {
  try {
    return JSON.parse(body)
  } catch {
    // A page for people; the status says enough.
    return null
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, milliseconds)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      if (signal.aborted)
        reject(signal.reason as Error) // whoever aborts says why with an error
      else resolve()
    }
    signal.addEventListener('abort', done, { once: true })
  })
}
