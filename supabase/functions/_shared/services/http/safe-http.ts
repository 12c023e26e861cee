import type {
  HttpRequest,
  HttpResponse,
  HttpService,
} from '../../../../../src/lib/engine/services.ts'
import { ConfigProblem, StepFailure } from '../../../../../src/lib/engine/errors.ts'
import { AllowedHosts, plainHost } from './allowed-hosts.ts'
import { decoded } from './decode.ts'
import { allowedDestination, systemResolve, type Resolve } from './destination.ts'
import { exchange, type RawResponse } from './exchange.ts'
import { credentialHeaders, requestHeaders } from './headers.ts'
import { explained, type Progress } from './problems.ts'
import { nextHop, type Hop } from './redirect.ts'

const MAX_REDIRECTS = 5
const MAX_TIMEOUT_MS = 300_000
const MAX_RESPONSE_BYTES = 10 * 1024 * 1024

/** Repeating these can't do anything twice. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
const METHODS = new Set([...SAFE, 'POST', 'PUT', 'PATCH', 'DELETE'])

/** What a request carries besides what its step says. */
export interface Confidence {
  /** Headers that sign in; they reach the first origin alone. */
  credentials?: Record<string, string>
  /** Fewer than usual: what carries secrets in its body is never sent on. */
  maxRedirects?: number
}

/**
 * Requests to the outside world, never to a private network. Each hop of a redirect is resolved and checked like the
 * first: a name is resolved once, all its addresses are looked at, and only those are dialled.
 */
export class SafeHttp implements HttpService {
  readonly #allowed: AllowedHosts
  readonly #resolve: Resolve

  constructor(allowPrivateHosts: string[], resolve: Resolve = systemResolve) {
    this.#allowed = new AllowedHosts(allowPrivateHosts)
    this.#resolve = resolve
  }

  async request(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    return await this.#send(request, signal, {}, MAX_REDIRECTS)
  }

  /** A request with secrets: only over an encrypted connection, or to a host that the operator allows. */
  async confide(
    request: HttpRequest,
    { credentials = {}, maxRedirects = MAX_REDIRECTS }: Confidence,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    if (!this.#isConfidential(request.url)) throw notEncrypted()
    return await this.#send(request, signal, credentials, maxRedirects)
  }

  #isConfidential(address: string): boolean {
    // What isn't an address at all is told further on.
    if (!URL.canParse(address)) return true
    const { protocol, hostname, port } = new URL(address)
    return protocol !== 'http:' || this.#allowed.has(plainHost(hostname), Number(port || 80))
  }

  async #send(
    request: HttpRequest,
    signal: AbortSignal,
    credentials: Record<string, string>,
    maxRedirects: number,
  ): Promise<HttpResponse> {
    signal.throwIfAborted()
    const method = knownMethod(request.method)
    const { url, body } = request
    const headers = requestHeaders(request.headers)
    const first: Hop = { url, method, headers, body, credentials: credentialHeaders(credentials) }
    const timeoutMs = Math.min(request.timeoutMs, MAX_TIMEOUT_MS)
    const timeout = AbortSignal.timeout(timeoutMs)
    const progress: Progress = { host: '', mayHaveActed: false, timedOut: false, timeoutMs }
    try {
      const maxBytes = Math.min(request.maxResponseBytes, MAX_RESPONSE_BYTES)
      const either = AbortSignal.any([signal, timeout])
      return decoded(await this.#follow(first, { maxBytes, maxRedirects }, progress, either))
    } catch (problem) {
      // A cancel isn't a fault of the other side.
      signal.throwIfAborted()
      throw explained(problem, { ...progress, timedOut: timeout.aborted })
    }
  }

  async #follow(
    first: Hop,
    { maxBytes, maxRedirects }: { maxBytes: number; maxRedirects: number },
    progress: Progress,
    signal: AbortSignal,
  ): Promise<RawResponse> {
    let hop = first
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const { url, method, body } = hop
      if (URL.canParse(url)) progress.host = new URL(url).host
      const destination = await allowedDestination(url, this.#allowed, this.#resolve, signal)
      const response = await exchange(
        {
          ...{ destination, method, body, maxResponseBytes: maxBytes },
          headers: withLength(hop),
          onSent: () => {
            progress.mayHaveActed ||= !SAFE.has(method)
          },
        },
        signal,
      )
      const next = nextHop(hop, destination.url, response)
      if (next === null || maxRedirects === 0) return response
      hop = next
    }
    throw tooManyRedirects()
  }
}

function knownMethod(written: string): string {
  const method = written.trim().toUpperCase()
  if (METHODS.has(method)) return method
  throw new ConfigProblem({
    code: 'http.unknown_method',
    title: 'This method does not exist',
    detail: `"${written.slice(0, 40)}" is not a method that requests can have.`,
    hint: `Choose one of: ${[...METHODS].join(', ')}.`,
    field: 'method',
  })
}

/** With its length, so that it isn't sent in chunks, which some services refuse. */
function withLength({ method, body, ...hop }: Hop): Record<string, string> {
  const headers = { ...hop.headers, ...hop.credentials }
  const length = body === undefined ? 0 : new TextEncoder().encode(body).byteLength
  const needed = body !== undefined || !SAFE.has(method)
  return needed ? { ...headers, 'content-length': String(length) } : headers
}

function notEncrypted(): ConfigProblem {
  return new ConfigProblem({
    code: 'http.not_encrypted',
    title: 'This address is not encrypted',
    detail: 'A secret would be sent so that everybody on the way could read it.',
    hint: 'Use an address that starts with https://, or ask your administrator to allow this host.',
    field: 'url',
  })
}

function tooManyRedirects(): StepFailure {
  return new StepFailure({
    code: 'http.too_many_redirects',
    title: 'The address keeps leading elsewhere',
    detail: `After ${MAX_REDIRECTS} redirects there was still no answer.`,
    hint: 'Check the address, or use the one that it finally leads to.',
    field: 'url',
    retryable: false,
  })
}
