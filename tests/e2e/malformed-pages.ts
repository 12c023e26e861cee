import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../simulation/random.ts'

/** A request that a careless or hostile program might send to the app. */
export interface MalformedVisit {
  method: string
  path: string
  headers: Record<string, string>
  body: Uint8Array<ArrayBuffer> | null
}

/** Real things, so that requests get past the first check. */
export interface Visited {
  origin: string
  ids: { workspace: string; workflow: string; execution: string }
  /** Cookies of somebody who stays signed in, and of one whose session the requests may end. */
  cookies: { steady: string; passing: string }
}

const routesFolder = join(import.meta.dirname, '../../src/routes')

/** Every address of the app that the server answers at, as SvelteKit writes it: "/w/[workspace]/settings". */
export const allRoutes: readonly string[] = [
  ...new Set(
    readdirSync(routesFolder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /(^|\/)\+(page|server|page\.server)\.(svelte|ts)$/.test(file))
      .map((file) => `/${file.replace(/\/?\+[^/]*$/, '')}`.replace(/\/\([^)]+\)/g, '')),
  ),
].sort()

/** What the forms and the app's own requests have in them. */
const FIELDS = [
  ...['email', 'password', 'name', 'session', 'next', 'timeZone', 'time_zone', 'workflow', 'from'],
  ...['definition', 'description', 'note', 'seen', 'version', 'part', 'who', 'what', 'to', 'role'],
]
const ACTIONS = [
  '',
  '',
  '?/create',
  '?/end',
  '?/others',
  '?/accept',
  '?/nothing',
  '?/',
  '?/__proto__',
]
const QUERIES = [
  ...[
    '',
    '',
    '',
    '?version=',
    '?version=draft',
    '?version=99999999',
    '?version=1e9',
    '?next=//x.test',
  ],
  ...[
    '?next=javascript:x',
    '?before=x',
    '?before=%00',
    '?state=x&code=y',
    '?token_hash=x&type=email',
  ],
  ...[
    '?code=x',
    '?type=recovery',
    '?from=2026-13-45',
    '?who=x&what=x',
    '?status=failed&status=x',
    '?%',
    '?a[]=1',
  ],
  '?x-sveltekit-invalidated=1111',
]
const TEXTS = [
  ...[
    '',
    '{',
    '[]',
    'null',
    '0',
    '"x"',
    '{"a":1',
    '{"__proto__":{"a":1}}',
    '[[[]]]',
    '\u0000',
    '\ud800',
  ],
  ...[
    'a=1&a=2',
    '%',
    '%zz=%',
    'email=%00&password=%00',
    '--x\r\n\r\n--x--',
    '['.repeat(5000),
    '9'.repeat(400),
  ],
]
const TYPES = [
  ...[
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'multipart/form-data',
  ],
  ...['application/json', 'application/json', 'text/plain', 'image/png', '', ';;;'],
]
const NAMES = [
  ...[
    'accept',
    'accept-language',
    'cookie',
    'x-forwarded-for',
    'x-forwarded-proto',
    'x-forwarded-host',
  ],
  ...['x-sveltekit-action', 'if-none-match', 'range', 'user-agent', 'referer', 'sec-fetch-site'],
]
const VALUES = [
  ...[
    '',
    'text/html',
    'application/json',
    '*/*;q=x',
    'bytes=0-',
    'bytes=9-1',
    'true',
    '-1',
    '../..',
    '::ffff:1.2.3.4',
  ],
  ...[
    'weft-theme=%',
    'weft-theme="></html>',
    'sb-x-auth-token=base64-!!',
    'sb-x-auth-token.0=%; a',
    '=',
    'x'.repeat(3000),
  ],
  ...["' or 1=1 --", '\u00ff\u00fe', 'http://[', '{"'],
]

/** Makes requests from a seed: the same seed, the same requests. */
export class PageMalformer {
  readonly #random: Random
  readonly #visited: Visited

  constructor(random: Random, visited: Visited) {
    this.#random = random
    this.#visited = visited
  }

  /** The next one, against any address of the app. */
  next(): MalformedVisit {
    const route = this.#pick(allRoutes)
    const isData = this.#random.chance(0.1)
    const method = this.#pick([
      'GET',
      'GET',
      'POST',
      'POST',
      'POST',
      'PUT',
      'DELETE',
      'HEAD',
      'OPTIONS',
    ])
    const path = this.#random.chance(0.1) ? `/${this.#garbage(30)}` : this.#filled(route)
    const asked = method === 'POST' ? this.#pick(ACTIONS) : this.#pick(QUERIES)
    return {
      method,
      path: `${path}${isData ? '/__data.json' : ''}${asked}`,
      headers: this.#headers(route),
      body: method === 'GET' || method === 'HEAD' ? null : this.#body(),
    }
  }

  #filled(route: string): string {
    const { ids } = this.#visited
    return route.replace(/\[(?:\.\.\.)?(\w+)\]/g, (_all, name: string) => {
      const real = name in ids && this.#random.chance(0.8)
      if (real) return ids[name as keyof typeof ids]
      return this.#pick([
        ...[
          'x',
          '%00',
          '%ff',
          '..',
          '-',
          '0',
          'x'.repeat(300),
          '00000000-0000-0000-0000-000000000000',
        ],
        encodeURIComponent(this.#garbage(12)),
      ])
    })
  }

  #headers(route: string): Record<string, string> {
    const { cookies, origin } = this.#visited
    const headers: Record<string, string> = {}
    if (this.#random.chance(0.9)) headers['content-type'] = this.#pick(TYPES)
    if (this.#random.chance(0.9)) headers['origin'] = origin
    for (let more = this.#below(3); more > 0; more--)
      headers[this.#pick(NAMES)] = this.#random.chance(0.8) ? this.#pick(VALUES) : this.#garbage(40)
    // Signed-in ones take the longest, and most that can go wrong does so before.
    if (this.#random.chance(0.2))
      headers['cookie'] = /^\/(account|sign-|new-password)/.test(route)
        ? cookies.passing
        : cookies.steady
    return headers
  }

  #body(): Uint8Array<ArrayBuffer> | null {
    const kind = this.#below(10)
    if (kind === 0) return null
    if (kind < 4) return new TextEncoder().encode(this.#pick(TEXTS))
    if (kind === 4) return Uint8Array.from({ length: this.#below(300) }, () => this.#below(256))
    if (kind === 5) return new Uint8Array(600_000).fill(65)
    const fields = Array.from({ length: this.#below(5) }, () => [this.#pick(FIELDS), this.#value()])
    const text =
      kind < 8
        ? JSON.stringify(Object.fromEntries(fields))
        : new URLSearchParams(
            fields.map(([name, value]) => [String(name), String(value).toWellFormed()]),
          ).toString()
    return new TextEncoder().encode(text)
  }

  #value(): unknown {
    const { ids } = this.#visited
    return this.#pick<unknown>([
      ...[null, true, -1, 1e308, '', 'x', '\u0000', '\ud800', 'x'.repeat(3000), [], {}, [null]],
      ...[
        { nodes: [], edges: [] },
        { nodes: 1 },
        { trigger: 'x', until: 'x', alone: true },
        ids.workflow,
        ids.workspace,
      ],
    ])
  }

  #garbage(length: number): string {
    return Array.from({ length: 1 + this.#below(length) }, () =>
      this.#pick([...'aZ0-_.~%/?&=+!*;:@$,\'()[]{}|^`"<>\\']),
    ).join('')
  }

  #below(limit: number): number {
    return this.#random.int(0, limit - 1)
  }

  #pick<T>(from: readonly T[]): T {
    const picked = from[this.#below(from.length)]
    if (picked === undefined) throw new Error('there is nothing to choose from')
    return picked
  }
}

const upgrade = 'connection: Upgrade\r\nupgrade: websocket'
const key = 'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=='

/** Attempts at the door of drafts that are no right handshake, or not to a draft. WORKFLOW is one's id. */
export const STRANGE_UPGRADES: readonly string[] = [
  `GET // HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `GET //[ HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `GET http://[::1/sync HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `GET http://:0/ HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `OPTIONS * HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `GET /sync/%ff HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `GET /sync/x HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `GET /sign-in HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `POST /sync/WORKFLOW HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `GET /sync/WORKFLOW HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n\r\n`,
  `GET /sync/WORKFLOW HTTP/1.1\r\nhost: x\r\n${upgrade}\r\nsec-websocket-version: 99\r\nsec-websocket-key: x\r\n\r\n`,
  `GET /sync/WORKFLOW HTTP/1.1\r\nhost: x\r\n${upgrade}\r\nsec-websocket-version: 13\r\nsec-websocket-key: \r\n\r\n`,
  `GET /sync/WORKFLOW?token=%00 HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `GET /sync/WORKFLOW?token=%E5%90%8D HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `GET /sync/WORKFLOW?token=a%0d%0ab HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `GET /sync/WORKFLOW?token=${'x'.repeat(8000)} HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `GET /sync/WORKFLOW HTTP/1.1\r\nhost: x\r\norigin: http://[\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `GET /sync/WORKFLOW HTTP/1.1\r\nhost: [\r\norigin: http://x\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `GET /sync/WORKFLOW HTTP/1.1\r\nhost: x\r\norigin: null\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `GET /sync/WORKFLOW HTTP/1.1\r\nhost: x\r\ncookie: sb-x-auth-token=%\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `GET /sync/WORKFLOW HTTP/1.1\r\nhost: x\r\ncookie: sb-x-auth-token=base64-e30\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `GET /sync/WORKFLOW HTTP/1.1\r\nhost: x\r\ncookie: sb-x-auth-token.0=base64-!; sb-x-auth-token.9=x\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `GET /sync/WORKFLOW HTTP/1.1\r\nhost: x\r\nsec-websocket-extensions: permessage-deflate; server_max_window_bits=99\r\n${upgrade}\r\n${key}\r\n\r\n`,
  `GET /sync/WORKFLOW HTTP/1.1\r\nhost: x\r\nsec-websocket-protocol: ,,\r\n${upgrade}\r\n${key}\r\n\r\n\u00ff\u00ff\u00ff\u00ff`,
  `GET /sync/WORKFLOW HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n${key}\r\n\r\n\u0082\u00ff\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff`,
]
