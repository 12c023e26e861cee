import { lookup } from 'node:dns/promises'
import { StepFailure } from '../engine.ts'
import { isPublicAddress } from './public-address.ts'

/** A URL whose host was resolved and found to be allowed, with the one address to dial. */
export interface Destination {
  url: URL
  address: string
  port: number
}

/** Finds the addresses of a name. */
export type Resolve = (hostname: string) => Promise<string[]>

/** The system's own resolver. */
export const systemResolve: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true })).map((entry) => entry.address)

/**
 * Resolves a URL's host once and refuses private addresses: all of them have to be public, and the request is then made
 * to the address that was looked at, not to the name again (which might resolve differently the second time).
 */
export async function allowedDestination(
  address: string,
  allowPrivateHosts: string[],
  resolve: Resolve,
): Promise<Destination> {
  const url = parse(address)
  const hostname = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  const addresses = isLiteral(hostname) ? [hostname] : await resolved(hostname, resolve)
  const allowed = [hostname, `${hostname}:${port}`].some((host) => allowPrivateHosts.includes(host))
  if (!allowed && !addresses.every(isPublicAddress)) {
    throw new StepFailure({
      code: 'http.private_address',
      title: 'This address is not reachable from here',
      detail: `"${hostname}" leads to a private network, which workflows may not reach.`,
      hint: 'Use a public address, or ask your administrator to allow this host.',
      retryable: false,
    })
  }
  const [first] = addresses
  if (first === undefined) throw unknownHost(hostname)
  return { url, address: first, port }
}

function parse(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new StepFailure({
      code: 'http.invalid_url',
      title: 'This is not a web address',
      detail: `"${address.slice(0, 200)}" does not start with http:// or https://.`,
      hint: 'Write the whole address, for example https://example.com/orders.',
      retryable: false,
    })
  }
  return url
}

/** The URL standard has turned every spelling of an IPv4 address into the plain one; only IPv6 has colons. */
const isLiteral = (hostname: string): boolean =>
  hostname.includes(':') || /^\d+\.\d+\.\d+\.\d+$/.test(hostname)

async function resolved(hostname: string, resolve: Resolve): Promise<string[]> {
  try {
    return await resolve(hostname)
  } catch (cause) {
    throw unknownHost(hostname, cause)
  }
}

function unknownHost(hostname: string, cause?: unknown): StepFailure {
  return new StepFailure({
    code: 'http.unknown_host',
    title: 'This host was not found',
    detail: `There is no address for "${hostname}".`,
    hint: 'Check the spelling. If it is right, the name service may be down; try again later.',
    retryable: true,
    cause,
  })
}
