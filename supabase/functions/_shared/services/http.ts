import { Buffer } from 'node:buffer'
import type { HttpRequest, HttpResponse, HttpService } from '../../../../src/lib/engine/services.ts'
import { StepFailure, Uncertain } from '../engine.ts'
import { allowedDestination, systemResolve, type Resolve } from './destination.ts'
import { Broken, exchange, TooLarge, type RawResponse } from './exchange.ts'

const MAX_REDIRECTS = 5
const MAX_TIMEOUT_MS = 300_000
const MAX_RESPONSE_BYTES = 10 * 1024 * 1024

const REDIRECTS = new Set([301, 302, 303, 307, 308])
/** Repeating these can't do anything twice. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])
/** What must not follow a redirect to somebody else. */
const PERSONAL = new Set(['authorization', 'cookie', 'proxy-authorization'])
/** Ours to set: they'd confuse where the request goes or where it ends. */
const OURS = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'expect',
  'te',
  'trailer',
])

/** Requests to the outside world, never to a private network (destination.ts). */
export class SafeHttp implements HttpService {
  readonly #allowPrivateHosts: string[]
  readonly #resolve: Resolve

  constructor(allowPrivateHosts: string[], resolve: Resolve = systemResolve) {
    this.#allowPrivateHosts = allowPrivateHosts
    this.#resolve = resolve
  }

  async request(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const timeout = AbortSignal.timeout(Math.min(request.timeoutMs, MAX_TIMEOUT_MS))
    const method = request.method.toUpperCase()
    try {
      return decoded(await this.#follow(request, method, AbortSignal.any([signal, timeout])))
    } catch (problem) {
      if (!(problem instanceof Broken || problem instanceof TooLarge)) throw problem
      // A cancel isn't a fault of the other side.
      signal.throwIfAborted()
      throw explained(problem, request, method, timeout.aborted)
    }
  }

  /** Each hop is resolved and checked like the first. */
  async #follow(request: HttpRequest, method: string, signal: AbortSignal): Promise<RawResponse> {
    let { url, body } = request
    let verb = method
    let headers = cleaned(request.headers)
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const destination = await allowedDestination(url, this.#allowPrivateHosts, this.#resolve)
      const response = await exchange(
        {
          destination,
          method: verb,
          headers:
            body === undefined
              ? headers
              : { ...headers, 'content-length': String(byteLength(body)) },
          body,
          maxResponseBytes: Math.min(request.maxResponseBytes, MAX_RESPONSE_BYTES),
        },
        signal,
      ).catch((problem: unknown) => {
        // Past a redirect, the request has arrived once already, whatever became of this hop.
        throw problem instanceof Broken && hop > 0 ? new Broken(problem.cause, true) : problem
      })
      const location = response.headers['location']
      if (!REDIRECTS.has(response.status) || location === undefined) return response
      const next = URL.canParse(location, destination.url)
        ? new URL(location, destination.url)
        : null
      if (next === null) return response
      if (next.origin !== destination.url.origin) headers = without(headers, PERSONAL)
      if (response.status === 303 || (response.status <= 302 && verb === 'POST')) {
        verb = verb === 'HEAD' ? 'HEAD' : 'GET'
        body = undefined
        headers = without(headers, new Set(['content-type']))
      }
      url = next.href
    }
    throw new StepFailure({
      code: 'http.too_many_redirects',
      title: 'The address keeps leading elsewhere',
      detail: `After ${MAX_REDIRECTS} redirects there was still no answer.`,
      hint: 'Check the address, or use the one that it finally leads to.',
      retryable: false,
    })
  }
}

const byteLength = (text: string): number => new TextEncoder().encode(text).byteLength

const without = (headers: Record<string, string>, names: Set<string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.has(name)))

function cleaned(headers: Record<string, string>): Record<string, string> {
  const lower = Object.entries(headers).map(([name, value]): [string, string] => [
    name.trim().toLowerCase(),
    // A line break in a value would start a header of its own.
    value.replace(/[\r\n\0]+/g, ' ').trim(),
  ])
  const ours = { 'user-agent': 'Weft', accept: '*/*', 'accept-encoding': 'gzip, br' }
  return {
    ...ours,
    ...Object.fromEntries(
      lower.filter(([name]) => !OURS.has(name) && /^[\w!#$%&'*+.^`|~-]+$/.test(name)),
    ),
  }
}

const TEXTUAL =
  /^(text\/|application\/(.*\+)?(json|xml|javascript|x-www-form-urlencoded|yaml))|\+(json|xml)/i

function decoded({ status, headers, body }: RawResponse): HttpResponse {
  const type = headers['content-type'] ?? ''
  const charset = /charset="?([\w-]+)/i.exec(type)?.[1] ?? 'utf-8'
  const text = readText(body, charset, type === '' || TEXTUAL.test(type))
  return text === null
    ? { status, headers, body: Buffer.from(body).toString('base64'), encoding: 'base64' }
    : { status, headers, body: text, encoding: 'text' }
}

/** The body as text; null when it isn't any. What says that it's text is taken by its word, even with a few bad bytes. */
function readText(body: Uint8Array, charset: string, saysText: boolean): string | null {
  try {
    return new TextDecoder(charset, { fatal: !saysText }).decode(body)
  } catch {
    // An unknown character set, or bytes that aren't text: base64 keeps them whole.
    return null
  }
}

function explained(
  problem: Broken | TooLarge,
  request: HttpRequest,
  method: string,
  late: boolean,
): Error {
  const { host } = new URL(request.url)
  if (problem instanceof TooLarge) {
    return new StepFailure({
      code: 'http.too_large',
      title: 'The answer is too large',
      detail: `${host} answered with more than ${Math.round(request.maxResponseBytes / 1024)} kB.`,
      hint: 'Ask for less at once, for example page by page.',
      retryable: false,
      cause: problem,
    })
  }
  const what = late
    ? {
        code: 'http.timeout',
        title: 'The other side took too long',
        detail: `${host} did not answer within ${request.timeoutMs / 1000} seconds.`,
        hint: 'Try again later, or allow more time under "More options".',
      }
    : {
        code: 'http.no_connection',
        title: 'The other side could not be reached',
        detail: `The connection to ${host} failed: ${problem.message}.`,
        hint: 'Check the address. If it is right, the other side may be down; try again later.',
      }
  if (problem.sent && !SAFE.has(method)) return new Uncertain({ ...what, cause: problem })
  return new StepFailure({ ...what, retryable: true, cause: problem })
}
