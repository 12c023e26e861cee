import type {
  HttpRequest,
  HttpResponse,
  HttpService,
} from '../../../../../src/lib/engine/services.ts'
import { ConfigProblem, StepFailure } from '../../../../../src/lib/engine/errors.ts'
import { AllowedHosts } from './allowed-hosts.ts'
import { decoded } from './decode.ts'
import { allowedDestination, systemResolve, type Resolve } from './destination.ts'
import { exchange, type RawResponse } from './exchange.ts'
import { requestHeaders } from './headers.ts'
import { explained, type Progress } from './problems.ts'
import { nextHop, type Hop } from './redirect.ts'

const MAX_REDIRECTS = 5
const MAX_TIMEOUT_MS = 300_000
const MAX_RESPONSE_BYTES = 10 * 1024 * 1024

/** Repeating these can't do anything twice. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
const METHODS = new Set([...SAFE, 'POST', 'PUT', 'PATCH', 'DELETE'])

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
    signal.throwIfAborted()
    const method = knownMethod(request.method)
    const { url, body } = request
    const first: Hop = { url, method, headers: requestHeaders(request.headers), body }
    const timeoutMs = Math.min(request.timeoutMs, MAX_TIMEOUT_MS)
    const timeout = AbortSignal.timeout(timeoutMs)
    const progress: Progress = { host: '', mayHaveActed: false, timedOut: false, timeoutMs }
    try {
      const maxBytes = Math.min(request.maxResponseBytes, MAX_RESPONSE_BYTES)
      const either = AbortSignal.any([signal, timeout])
      return decoded(await this.#follow(first, maxBytes, progress, either))
    } catch (problem) {
      // A cancel isn't a fault of the other side.
      signal.throwIfAborted()
      throw explained(problem, { ...progress, timedOut: timeout.aborted })
    }
  }

  async #follow(
    first: Hop,
    maxResponseBytes: number,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<RawResponse> {
    let hop = first
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const { url, method, body } = hop
      if (URL.canParse(url)) progress.host = new URL(url).host
      const destination = await allowedDestination(url, this.#allowed, this.#resolve, signal)
      const response = await exchange(
        {
          ...{ destination, method, body, maxResponseBytes },
          headers: withLength(hop),
          onSent: () => {
            progress.mayHaveActed ||= !SAFE.has(method)
          },
        },
        signal,
      )
      const next = nextHop(hop, destination.url, response)
      if (next === null) return response
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
function withLength({ headers, method, body }: Hop): Record<string, string> {
  const length = body === undefined ? 0 : new TextEncoder().encode(body).byteLength
  const needed = body !== undefined || !SAFE.has(method)
  return needed ? { ...headers, 'content-length': String(length) } : headers
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
