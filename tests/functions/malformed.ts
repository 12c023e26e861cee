import type { Random } from '../simulation/random.ts'
import { apiPaths, NAMES, TEXTS, TYPES, VALUES } from './malformed-parts.ts'

/** A request that a careless or hostile program might send. */
export interface Malformed {
  method: string
  path: string
  headers: Record<string, string>
  body: Uint8Array<ArrayBuffer> | null
}

/** What the generator may aim at: real things, so that it gets past the first check. */
export interface Targets {
  /** Tokens of webhooks, however they check their senders. */
  tokens: string[]
  accessToken: string
  /** A program's, which may do everything that keys may. */
  apiKey: string
  /** WEFT_FUNCTION_SECRET: gets past the installation's own door, where only the body can be wrong. */
  functionSecret: string
  ids: { workspace: string; workflow: string; version: string; execution: string }
}

const UTF8 = new TextEncoder()
const HEX = '0123456789abcdef'

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => UTF8.encode(text)

/** Makes requests from a seed: the same seed, the same requests. */
export class Malformer {
  readonly #random: Random
  readonly #targets: Targets

  constructor(random: Random, targets: Targets) {
    this.#random = random
    this.#targets = targets
  }

  /** The next one, against any of the endpoints. */
  next(): Malformed {
    const at = this.#below(100)
    if (at < 50) return this.#webhook()
    if (at < 60) return this.#callback()
    if (at < 75) return this.#inbound()
    if (at < 82) return this.#aimed()
    if (at < 90) return this.#api()
    if (at < 96) return this.#listed()
    return this.#installation()
  }

  #webhook(): Malformed {
    const token = this.#pick([
      // The first two get as far as their bodies.
      ...[0, 0, 0, 0, 0, 1, 1, 1].map((index) => this.#targets.tokens[index] ?? ''),
      ...this.#targets.tokens,
      ...[this.#garbage(40), '', '%00', '..', 'x'.repeat(64), 'x'.repeat(129), this.#text(64)],
    ])
    const query = this.#pick([
      '',
      '',
      '?',
      '?a=%',
      '?a[]=1&a[]=2',
      '?__proto__=1',
      `?${this.#garbage(50)}`,
    ])
    return {
      method: this.#pick([
        'POST',
        'POST',
        'POST',
        'POST',
        'GET',
        'PUT',
        'DELETE',
        'PATCH',
        'OPTIONS',
      ]),
      path: `/webhook/${token}${query}`,
      headers: this.#headers(),
      body: this.#body(),
    }
  }

  #callback(): Malformed {
    const name = this.#pick(['', '?name=', '?name=%00', `?name=${'x'.repeat(61)}`, '?name=../..'])
    return {
      method: this.#pick(['POST', 'GET', 'PUT', 'DELETE']),
      path: `/webhook/callback/${this.#pick(['', 'x', this.#garbage(60), this.#text(96), '%ff'])}${name}`,
      headers: this.#headers(),
      body: this.#body(),
    }
  }

  #inbound(): Malformed {
    const headers = this.#headers()
    if (this.#random.chance(0.7))
      headers['authorization'] = `Bearer ${this.#targets.functionSecret}`
    const mail = { id: this.#value(), from: this.#value(), references: this.#value() }
    return {
      method: this.#pick(['POST', 'POST', 'GET', 'PUT']),
      path: this.#pick(['/inbound', '/inbound/', '/inbound/x', '/inbound?x=%']),
      headers,
      body: this.#random.chance(0.5)
        ? bytesOf(JSON.stringify({ ...mail, text: this.#value() }))
        : this.#body(),
    }
  }

  /** Signed in, at an address that there is, by the right method: only what is asked for is wrong. */
  #aimed(): Malformed {
    const { ids, accessToken } = this.#targets
    const value = () => encodeURIComponent(String(this.#value()).toWellFormed())
    const [method, path] = this.#pick([
      ...([
        ['POST', 'executions'],
        ['POST', 'executions/replay'],
      ] as const),
      ...([
        ['POST', 'webhooks/secret'],
        ['DELETE', 'webhooks/secret'],
      ] as const),
      ...([
        ['POST', 'connections'],
        ['POST', 'connections/return'],
      ] as const),
      ['POST', `executions/${ids.execution}/replay`] as const,
      ['GET', `executions/${ids.execution}/replay-plan?repeat=${value()}&data=other`] as const,
      [
        'GET',
        `executions/${ids.execution}/replay-plan?from=${value()}&version=${value()}`,
      ] as const,
      ['GET', `executions/${ids.execution}/replay-plan?repeat=%2C&from=start`] as const,
    ])
    const right: Record<string, unknown> = {
      ...{ workflow: ids.workflow, version: ids.version, node: 'nowhere', data: 'x' },
      ...{
        executions: [],
        status: 'failed',
        from: '2026-01-01T00:00:00Z',
        to: '2026-01-01T00:00:00Z',
      },
      ...{
        workspace: ids.workspace,
        kind: 'http.bearer',
        name: 'x',
        fields: {},
        state: 'x',
        code: 'x',
      },
      ...(path.endsWith('/replay') && path.length > 20 ? { version: 'same', from: 'nowhere' } : {}),
    }
    // At least one thing is wrong beside the node, which is nowhere.
    for (const name of Object.keys(right)) if (this.#random.chance(0.2)) right[name] = this.#value()
    return {
      ...{ method, path: `/api/${path}` },
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: this.#random.chance(0.9) ? bytesOf(JSON.stringify(right)) : this.#body(),
    }
  }

  #api(): Malformed {
    const { ids, accessToken } = this.#targets
    const headers = this.#headers()
    if (this.#random.chance(0.5)) headers['authorization'] = `Bearer ${accessToken}`
    const id = this.#pick([
      ids.execution,
      this.#text(32),
      'x',
      '00000000-0000-0000-0000-000000000000',
    ])
    const path = this.#pick([
      ...[
        'executions',
        'executions/replay',
        'webhooks/secret',
        'connections',
        'connections/return',
        '',
        '%',
        '../worker',
      ],
      ...[
        `executions/${id}`,
        `executions/${id}/replay`,
        `executions/${id}/replay-plan?from=${this.#garbage(9)}`,
      ],
      ...[
        `executions/${id}/replay-plan?repeat=%2C,&data=x`,
        `executions/${id}/resume`,
        `connections/${id}/test`,
      ],
      ...[
        `connections/${id}/share`,
        `workspaces/${id}/workflows`,
        `workspaces/${ids.workspace}/workflows?x=1`,
      ],
    ])
    const body: Record<string, unknown> = {}
    for (const [name, value] of Object.entries({
      ...{ workflow: ids.workflow, version: ids.version, node: 'nowhere', secret: this.#value() },
      ...{
        executions: this.#value(),
        from: this.#value(),
        to: this.#value(),
        repeat: this.#value(),
      },
      ...{
        keepOldHours: this.#value(),
        workspace: ids.workspace,
        kind: this.#value(),
        fields: this.#value(),
      },
    }))
      if (this.#random.chance(0.7)) body[name] = this.#random.chance(0.5) ? value : this.#value()
    return {
      method: this.#pick(['POST', 'POST', 'GET', 'DELETE', 'PUT', 'OPTIONS']),
      path: `/api/${path}`,
      headers,
      body: this.#random.chance(0.7) ? bytesOf(JSON.stringify(body)) : this.#body(),
    }
  }

  /** Any address of the api by its right method, as a person or a program, about something that isn't there or isn't right. */
  #listed(): Malformed {
    const { ids, accessToken, apiKey } = this.#targets
    const { method, path } = this.#pick(apiPaths)
    const id = () =>
      this.#pick([
        ids.execution,
        ids.workflow,
        ids.workspace,
        '00000000-0000-0000-0000-000000000000',
        this.#text(36),
        '%00',
        '%ff',
      ])
    const names = [
      ...[
        'workspace',
        'email',
        'role',
        'name',
        'used_by',
        'fields',
        'return_to',
        'node',
        'verdict',
      ],
      ...[
        'output',
        'attempt',
        'path',
        'workflow',
        'version',
        'executions',
        'kind',
        'state',
        'code',
      ],
    ]
    const body = Object.fromEntries(
      names.filter(() => this.#random.chance(0.6)).map((name) => [name, this.#value()]),
    )
    return {
      method,
      path: `/api/${path.replaceAll('ID', id)}`,
      headers: {
        authorization: `Bearer ${this.#random.chance(0.5) ? accessToken : apiKey}`,
        'content-type': 'application/json',
      },
      body: this.#random.chance(0.8) ? bytesOf(JSON.stringify(body)) : this.#body(),
    }
  }

  #installation(): Malformed {
    return {
      method: this.#pick(['POST', 'GET', 'PUT']),
      path: `/${this.#pick(['tick', 'worker'])}${this.#pick(['', '/', '?budget_ms=x', '?budget_ms=-1', '/x'])}`,
      headers: this.#headers(),
      body: this.#body(),
    }
  }

  #headers(): Record<string, string> {
    const headers: Record<string, string> = {}
    if (this.#random.chance(0.8)) headers['content-type'] = this.#pick(TYPES)
    for (let more = this.#below(4); more > 0; more--)
      headers[this.#pick(NAMES)] = this.#random.chance(0.8) ? this.#pick(VALUES) : this.#text(80)
    return headers
  }

  #body(): Uint8Array<ArrayBuffer> | null {
    const kind = this.#below(10)
    if (kind === 0) return null
    if (kind < 5) return bytesOf(this.#pick(TEXTS))
    if (kind === 5) return new Uint8Array(2048 * (1 + this.#below(16))).fill(32)
    if (kind < 8)
      return this.#broken(bytesOf(JSON.stringify({ a: this.#value(), b: this.#value() })))
    return Uint8Array.from({ length: this.#below(200) }, () => this.#below(256))
  }

  /** The same with a few bytes that are something else. */
  #broken(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const changed = Uint8Array.from(bytes)
    for (let more = 1 + this.#below(3); more > 0 && changed.length > 0; more--)
      changed[this.#below(changed.length)] = this.#below(256)
    return changed.subarray(
      0,
      this.#random.chance(0.3) ? this.#below(changed.length + 1) : undefined,
    )
  }

  #value(): unknown {
    return this.#pick<unknown>([
      ...[
        null,
        true,
        0,
        -1,
        1.5,
        1e308,
        '',
        'x',
        '\u0000',
        '\ud800',
        '2026-13-45',
        'x'.repeat(2000),
        [],
        {},
      ],
      ...[
        [[]],
        [null],
        { a: { b: [] } },
        this.#targets.ids.execution,
        [this.#targets.ids.workflow, 1],
      ],
    ])
  }

  /** Characters that mean something in addresses, and some that aren't allowed there. */
  #garbage(length: number): string {
    return Array.from({ length }, () =>
      this.#pick([...'aZ0-_.~%/?&=+!*;:@$,\'()[]{}|^`"<>\\']),
    ).join('')
  }

  #text(length: number): string {
    return Array.from({ length }, () => this.#pick([...HEX])).join('')
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
