import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { StepFailure } from '../../../../../src/lib/engine/errors.ts'
import { plainHost, type AllowedHosts } from './allowed-hosts.ts'
import { isPublicAddress } from './public-address.ts'

/** A URL whose host was resolved and found to be allowed, with the only addresses that may be dialled for it. */
export interface Destination {
  url: URL
  /** A name, or an IP address without brackets. */
  hostname: string
  port: number
  addresses: string[]
}

/** Finds the addresses of a name. */
export type Resolve = (hostname: string) => Promise<string[]>

/** The system's own resolver, which also knows the machine's hosts file. */
export const systemResolve: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true })).map((entry) => entry.address)

/**
 * Resolves a URL's host once and refuses private addresses: all of them have to be public, and the request is then made
 * to an address that was looked at, not to the name again (which might resolve differently the second time).
 */
export async function allowedDestination(
  address: string,
  allowed: AllowedHosts,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<Destination> {
  const url = parse(address)
  const hostname = plainHost(url.hostname)
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  const addresses = await allowedAddresses(hostname, port, { allowed, resolve }, signal)
  return { url, hostname, port, addresses }
}

/** The addresses of a host that may be dialled. Throws StepFailure when one of them is private, or there are none. */
export async function allowedAddresses(
  hostname: string,
  port: number,
  { allowed, resolve }: { allowed: AllowedHosts; resolve: Resolve },
  signal: AbortSignal,
): Promise<string[]> {
  // The URL standard has turned every spelling of an IPv4 address into the plain one.
  const addresses = isIP(hostname) === 0 ? await resolved(hostname, resolve, signal) : [hostname]
  if (!allowed.has(hostname, port) && !addresses.every(isPublicAddress)) {
    throw new StepFailure({
      code: 'http.private_address',
      title: 'This address is not reachable from here',
      detail: `"${hostname}" leads to a private network, which workflows may not reach.`,
      hint: 'Use a public address, or ask your administrator to allow this host.',
      field: 'url',
      retryable: false,
    })
  }
  return addresses
}

function parse(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new StepFailure({
      code: 'http.invalid_url',
      title: 'This is not a web address',
      detail: `"${address.slice(0, 200)}" is not a whole address that starts with http:// or https://.`,
      hint: 'Write the whole address, for example https://example.com/orders.',
      field: 'url',
      retryable: false,
    })
  }
  if (url.username !== '' || url.password !== '') {
    throw new StepFailure({
      code: 'http.sign_in_in_url',
      title: 'This address contains a user name or password',
      // Not repeated here: this sentence is stored with the execution.
      detail: `What stands before "@${url.host}" would be shown to everybody who sees the address.`,
      hint: 'Take it out of the address and use "Sign in with" instead.',
      field: 'url',
      retryable: false,
    })
  }
  return url
}

async function resolved(
  hostname: string,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<string[]> {
  const addresses = await unlessAborted(resolve(hostname), signal).catch((cause: unknown) => {
    signal.throwIfAborted()
    throw unknownHost(hostname, cause)
  })
  if (addresses.length === 0) throw unknownHost(hostname)
  return addresses
}

/** A resolver can't be told to stop, but nobody has to wait for it. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error) // whoever aborts says why with an error
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

function unknownHost(hostname: string, cause?: unknown): StepFailure {
  return new StepFailure({
    code: 'http.dns',
    title: 'This host was not found',
    detail: `There is no address for "${hostname}".`,
    hint: 'Check the spelling. If it is right, the name service may be down; try again later.',
    field: 'url',
    retryable: true,
    cause,
  })
}
