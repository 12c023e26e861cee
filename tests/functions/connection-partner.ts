import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a service was asked, with all that came along. */
interface Asked {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: string
}

/** What the OAuth part gave last, and what it asks of whoever comes. */
interface OAuth {
  /** Every time that tokens were asked for. */
  grants: Record<string, string>[]
  authorizations: (string | undefined)[]
  access: string
  refresh: string
  /** Seconds that a token is good for. */
  lasts: number
  /** PKCE: what the sign-in was begun with. */
  challenge: string
  answers: { status: number; body: string } | null
  /** What is waited for before tokens are given. */
  until: Promise<unknown> | null
}

/**
 * A service of the outside world that gives back everything it's sent, in many spellings, and an OAuth server. `secret`:
 * the only credentials that /closed lets in.
 */
export async function startPartner() {
  const asked: Asked[] = []
  let elsewhere = ''
  const oauth: OAuth = {
    ...{ grants: [], authorizations: [], access: 'access', refresh: 'refresh', lasts: 3_600 },
    ...{ challenge: '', answers: null, until: null },
  }
  let letsIn: (headers: IncomingMessage['headers']) => boolean = () => true

  const token = async (body: string, headers: IncomingMessage['headers'], out: ServerResponse) => {
    const grant = Object.fromEntries(new URLSearchParams(body))
    const { access } = oauth
    oauth.grants.push(grant)
    oauth.authorizations.push(headers.authorization)
    // Long enough for others to come meanwhile.
    await (oauth.until ?? new Promise((done) => setTimeout(done, 150)))
    const verifier = createHash('sha256')
      .update(grant['code_verifier'] ?? '')
      .digest('base64url')
    if (oauth.answers !== null) return out.writeHead(oauth.answers.status).end(oauth.answers.body)
    const isWrong =
      (grant['grant_type'] === 'authorization_code' && verifier !== oauth.challenge) ||
      (grant['grant_type'] === 'refresh_token' && grant['refresh_token'] !== oauth.refresh)
    if (isWrong) return out.writeHead(400).end(JSON.stringify({ error: 'invalid_grant' }))
    const tokens = { access_token: access, expires_in: oauth.lasts, token_type: 'Bearer' }
    const isPerson = grant['grant_type'] !== 'client_credentials'
    out.writeHead(200, { 'content-type': 'application/json' })
    return out.end(JSON.stringify(isPerson ? { ...tokens, refresh_token: oauth.refresh } : tokens))
  }

  // Everybody is let in at once.
  const authorize = (query: URLSearchParams, out: ServerResponse) => {
    oauth.challenge = query.get('code_challenge') ?? ''
    const back = new URL(query.get('redirect_uri') ?? '')
    back.search = new URLSearchParams({ code: 'code', state: query.get('state') ?? '' }).toString()
    return out.writeHead(302, { location: back.href }).end()
  }

  const server = createServer((request, out) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const { pathname, searchParams } = new URL(url, 'http://partner')
      asked.push({ method, path: url, headers, body })
      if (pathname === '/token') return void token(body, headers, out)
      if (pathname === '/authorize') return authorize(searchParams, out)
      if (pathname === '/away') return out.writeHead(307, { location: elsewhere }).end()
      if (pathname === '/silent') return undefined
      if (pathname === '/hangs-up') return request.socket.destroy()
      if (pathname === '/closed') return out.writeHead(letsIn(headers) ? 200 : 401).end('{}')
      const status = Number(searchParams.get('status') ?? 200)
      return echo(headers, body, status, searchParams.get('as') ?? 'json', out)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo // it listens on a port, not on a socket file
  return {
    port,
    host: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}`,
    asked,
    oauth,
    leadTo: (address: string) => (elsewhere = address),
    letIn: (rule: typeof letsIn) => (letsIn = rule),
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Gives back what came: in headers, as text, as data, as bytes, encoded in every way that services do. */
function echo(
  headers: IncomingMessage['headers'],
  body: string,
  status: number,
  as: string,
  out: ServerResponse,
): void {
  const sent = Object.entries(headers)
    .filter(([name]) => !/^(host|connection|accept.*|content-.*|idempotency-key)$/.test(name))
    .map(([name, value]) => [name, String(value)] as const)
  const values = sent.flatMap(([, value]) => [value, value.replace(/^(Basic|Bearer) /, '')])
  const decoded = values.map((value) => Buffer.from(value, 'base64').toString('utf8'))
  const all = [...values, ...decoded]
  const said = {
    headers: Object.fromEntries(sent),
    body,
    encoded: all.map(encodeURIComponent),
    base64: all.map((value) => Buffer.from(value).toString('base64')),
    shifted: all.map((value) => Buffer.from(`x${value}`).toString('base64')),
    shiftedMore: all.map((value) => Buffer.from(`xy${value}`).toString('base64url')),
    hex: all.map((value) => Buffer.from(value).toString('hex')),
    decoded,
  }
  const echoed = Object.fromEntries(sent.map(([name, value]) => [`x-echo-${name}`, value]))
  const type = as === 'bytes' ? 'application/octet-stream' : 'application/json'
  const text = JSON.stringify(said)
  out.writeHead(status, { ...echoed, 'content-type': type })
  out.end(
    as === 'bytes' ? Buffer.concat([Buffer.from([0xff, 0xfe, 0x00]), Buffer.from(text)]) : text,
  )
}
