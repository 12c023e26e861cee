import { isListed, type AddressRange } from '../../../src/lib/engine/nodes/triggers/address-list.ts'
import { environment } from '../_shared/environment.ts'
import { wrongAddress } from './refusals.ts'

/** What the server knows of a connection; absent where the host doesn't say. */
export interface ConnectionInfo {
  remoteAddr?: unknown
}

/** Throws Refused (403) unless the request comes from one of these addresses. Not knowing where from counts as no. */
export function requireListed(
  ranges: readonly AddressRange[],
  headers: Headers,
  info: ConnectionInfo | undefined,
): void {
  const address = senderAddress(headers, info, environment().clientAddress)
  if (address === undefined || !isListed(ranges, address)) throw wrongAddress(address)
}

/**
 * Where a request comes from: what the operator's own proxy says in the header that was set for it, and without one the
 * other end of the connection. Of a list, the entries that `proxies` proxies of the operator added count, from the end:
 * whatever stands before them was written by whoever sent the request.
 */
export function senderAddress(
  headers: Headers,
  info: ConnectionInfo | undefined,
  { header, proxies }: { header: string; proxies: number },
): string | undefined {
  if (header === '') return peerOf(info)
  const entries = (headers.get(header) ?? '').split(',')
  return plainAddress(entries.at(-proxies)?.trim() ?? '')
}

function peerOf(info: ConnectionInfo | undefined): string | undefined {
  const peer = info?.remoteAddr
  if (typeof peer !== 'object' || peer === null || !('hostname' in peer)) return undefined
  return typeof peer.hostname === 'string' ? plainAddress(peer.hostname) : undefined
}

/** Without the port, the brackets and the network card that some write with it. */
function plainAddress(text: string): string | undefined {
  const bare = text.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1')
  return bare === '' ? undefined : bare.replace(/%.*$/, '')
}
