import net from 'node:net'
import tls from 'node:tls'
import type { Destination } from './destination.ts'

/** How long an address may keep us waiting while there is another one to try. */
const NEXT_ADDRESS_AFTER_MS = 5_000

/**
 * Connects to one of a destination's addresses, the first that takes it. They are dialled as numbers: no name is looked
 * up here. TLS checks the certificate against the name that was asked for.
 */
export async function dial(destination: Destination, signal: AbortSignal): Promise<net.Socket> {
  const { addresses } = destination
  let last: unknown
  for (const [index, address] of addresses.entries()) {
    const patience = index < addresses.length - 1 ? NEXT_ADDRESS_AFTER_MS : null
    try {
      return await connect(destination, address, patience, signal)
    } catch (problem) {
      signal.throwIfAborted()
      last = problem
    }
  }
  throw last
}

function connect(
  { url, hostname, port }: Destination,
  address: string,
  patience: number | null,
  signal: AbortSignal,
): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const secure = url.protocol === 'https:'
    const socket = secure
      ? tls.connect({
          host: address,
          port,
          ALPNProtocols: ['http/1.1'],
          // Numbers have no place in the name that TLS sends along.
          ...(net.isIP(hostname) === 0 ? { servername: hostname } : {}),
        })
      : net.connect({ host: address, port })
    const late = patience === null ? undefined : setTimeout(() => fail(timedOut()), patience)
    const settle = () => {
      clearTimeout(late)
      signal.removeEventListener('abort', aborted)
      socket.off('error', fail)
    }
    const fail = (problem: unknown) => {
      settle()
      // Destroying it may bring another error, which has nothing new to tell.
      socket.on('error', () => undefined)
      socket.destroy()
      reject(problem as Error) // sockets fail with errors
    }
    const aborted = () => fail(signal.reason)
    signal.addEventListener('abort', aborted, { once: true })
    socket.once('error', fail)
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      settle()
      resolve(socket)
    })
  })
}

const timedOut = () => Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })
