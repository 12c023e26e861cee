import {
  Agent,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Keys } from '../keys.ts'
import { forward } from './forward.ts'
import type { Handler } from './gateway.ts'
import { verifyToken } from './tokens.ts'
import { sendJson } from './web-request.ts'

/** What the way to the functions needs to know. */
export type FunctionsProxyOptions = {
  keys: Keys
  /** Where Deno listens. */
  port: number
  /** The supabase/ folder: config.toml in it says which functions take calls without a signed-in person. */
  supabaseFolder: string
  /** Waits for Deno to be up, for a while. */
  whenReady: () => Promise<boolean>
  /** Told when a request got no answer. */
  doubt: () => void
}

const prefix = '/functions/v1'

/** Streams /functions/v1/<name>/… to Deno. As hosted, CORS is the function's own, and so are all its answers. */
export function functionsProxy(options: FunctionsProxyOptions): { handle: Handler; stop(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 512 })
  const open = openFunctions(options.supabaseFolder)
  const handle: Handler = async (incoming, outgoing) => {
    const path = (incoming.url ?? '').slice(prefix.length)
    const name = /^\/([A-Za-z0-9_-]+)/.exec(path)?.[1]
    if (!name || !existsSync(join(options.supabaseFolder, 'functions', name, 'index.ts'))) {
      return sendJson(outgoing, 404, {
        code: 'NOT_FOUND',
        message: 'Requested function was not found',
      })
    }
    const refusal = open.has(name) ? undefined : checkToken(incoming, options.keys)
    if (refusal) return sendJson(outgoing, 401, { code: 401, message: refusal })
    if (!(await options.whenReady())) return notUp(outgoing)
    forward(incoming, outgoing, {
      port: options.port,
      path,
      agent,
      headers: forwardedFor(incoming),
      notUp() {
        options.doubt()
        notUp(outgoing)
      },
      brokenOff() {
        options.doubt()
        sendJson(outgoing, 502, {
          code: 'BAD_GATEWAY',
          message: 'The function ended before it answered',
        })
      },
    })
  }
  return { handle, stop: () => agent.destroy() }
}

/** As hosted: a function wants a signed-in person's token unless config.toml says verify_jwt = false for it. */
function checkToken(incoming: IncomingMessage, keys: Keys): string | undefined {
  if (incoming.method === 'OPTIONS') return undefined
  const token = /^Bearer\s+(.+)$/i.exec(incoming.headers.authorization ?? '')?.[1]
  if (!token) return 'Missing authorization header'
  return typeof verifyToken(token, keys) === 'string' ? 'Invalid JWT' : undefined
}

/** The functions with `verify_jwt = false` in config.toml: of TOML, tables and booleans are all that's read here. */
function openFunctions(supabaseFolder: string): Set<string> {
  const file = join(supabaseFolder, 'config.toml')
  const open = new Set<string>()
  if (!existsSync(file)) return open
  let table = ''
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    table = /^\s*\[([^\]]+)\]/.exec(line)?.[1] ?? table
    const name = /^functions\.(.+)$/.exec(table)?.[1]
    if (name && /^\s*verify_jwt\s*=\s*false\b/.test(line)) open.add(name)
  }
  return open
}

/** Whom the request is from: a function sees only the gateway otherwise. */
function forwardedFor({ headers, socket }: IncomingMessage): OutgoingHttpHeaders {
  return {
    'x-forwarded-for': [headers['x-forwarded-for'], socket.remoteAddress]
      .flat()
      .filter(Boolean)
      .join(', '),
    'x-forwarded-host': headers['x-forwarded-host'] ?? headers.host,
    'x-forwarded-proto': headers['x-forwarded-proto'] ?? 'http',
  }
}

function notUp(outgoing: ServerResponse): void {
  sendJson(
    outgoing,
    503,
    { code: 'SERVICE_UNAVAILABLE', message: 'The functions are starting; try again' },
    { 'retry-after': '1' },
  )
}
