import { randomInt } from 'node:crypto'
import { createServer, type Server } from 'node:net'

/** Whether this port can be listened on, on this machine's own address. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      probe.close(() => resolve(true)),
    )
  })
}

// Below the range from which systems take ports for outgoing connections: one of those could take ours before we listen.
const [lowest, highest] = [20_000, 32_000]

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const port = randomInt(lowest, highest)
    if (await isFree(port)) return port
  }
  throw new Error(`None of 200 ports between ${lowest} and ${highest} is free.`)
}

/** A port that is held until it's used, so that nobody takes it meanwhile. */
export type HeldPort = { port: number; release(): Promise<void> }

/** The wanted port or another, as portOrFree chooses, held from now on. */
export async function holdPort(
  wanted: number,
  moved: (port: number) => void = () => undefined,
): Promise<HeldPort> {
  const holder = createServer((socket) => socket.destroy())
  const port = await portOrFree(wanted, moved)
  // Somebody may have been faster since the look.
  if (!(await listens(holder, port))) return holdPort(wanted, moved)
  return { port, release: () => new Promise((resolve) => holder.close(() => resolve())) }
}

function listens(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    )
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(true))
  })
}

/** The wanted port if it's free, else another (0 asks for any), and says when it had to move. */
export async function portOrFree(
  wanted: number,
  moved: (port: number) => void = () => undefined,
): Promise<number> {
  if (wanted !== 0 && (await isFree(wanted))) return wanted
  const port = await freePort()
  if (wanted !== 0) moved(port)
  return port
}
