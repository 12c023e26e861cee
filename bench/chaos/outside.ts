import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the pretended outside was asked at one address: how often, with which keys. */
export interface Place {
  calls: number
  /** Null where a call had none. */
  keys: Set<string | null>
}

/** The pretended outside of the chaos: a web server that misbehaves now and then, and remembers everything. */
export interface Outside {
  host: string
  /** By method and address; each step of each execution calls one of its own. */
  places: Map<string, Place>
  stop(): Promise<void>
}

/** The first call to some addresses goes wrong. By the address, so that it's the same whenever it comes. */
function mood(path: string): 'well' | 'busy' | 'slow' | 'rude' {
  let sum = 0
  for (const letter of path) sum = (sum * 31 + letter.charCodeAt(0)) % 1009
  const share = sum / 1009
  if (share < 0.04) return 'busy'
  if (share < 0.12) return 'slow'
  return share < 0.15 ? 'rude' : 'well'
}

/** Starts it on a free port. */
export async function startOutside(): Promise<Outside> {
  const places = new Map<string, Place>()
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request
    const name = `${method} ${url}`
    const place = places.get(name) ?? { calls: 0, keys: new Set<string | null>() }
    places.set(name, place)
    place.calls++
    const key = headers['idempotency-key']
    place.keys.add(typeof key === 'string' && key !== '' ? key : null)
    const behaves = place.calls === 1 ? mood(url) : 'well'
    const answer = () =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}')
    request.resume()
    request.on('end', () => {
      if (behaves === 'busy') response.writeHead(503, { 'retry-after': '1' }).end()
      else if (behaves === 'rude') request.socket.destroy()
      else if (behaves === 'slow') setTimeout(answer, 400)
      else answer()
    })
    // Who called was killed.
    request.on('error', () => undefined)
    response.on('error', () => undefined)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo // it listens on a port, not on a socket file
  return {
    host: `127.0.0.1:${port}`,
    places,
    async stop() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
