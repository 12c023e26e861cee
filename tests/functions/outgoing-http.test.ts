import { createServer, type Server, type ServerResponse, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isPublicAddress } from '../../supabase/functions/_shared/services/public-address.ts'
import { SafeHttp } from '../../supabase/functions/_shared/services/http.ts'

let server: Server
let port: number
/** What the server was asked, newest last. */
const asked: {
  method: string
  url: string
  host: string
  headers: IncomingMessage['headers']
  body: string
}[] = []

const routes: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/ok': (_, response) => response.end('fine'),
  '/to-loopback': (_, response) =>
    response.writeHead(302, { location: `http://127.0.0.1:${port}/ok` }).end(),
  '/to-metadata': (_, response) =>
    response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
  '/to-file': (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/to-other': (_, response) =>
    response.writeHead(307, { location: `http://other.test:${port}/ok` }).end(),
  '/see-other': (_, response) => response.writeHead(303, { location: '/ok' }).end(),
  '/for-ever': (_, response) => response.writeHead(302, { location: '/for-ever' }).end(),
  '/large': (_, response) => response.end('x'.repeat(100_000)),
  '/bomb': (_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(1_000_000))),
  '/packed': (_, response) =>
    response
      .writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' })
      .end(gzipSync('unpacked')),
  '/silent': () => undefined,
  '/breaks-off': (request) => request.socket.destroy(),
  '/binary': (_, response) =>
    response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from([0x89, 0xff, 0x00])),
}

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      asked.push({ method, url, host: headers.host ?? '', headers, body })
      routes[url]?.(request, response)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** Names of a pretended internet: those ending in .test lead to this machine. */
const names = (hostname: string) =>
  hostname.endsWith('.test') ? Promise.resolve(['127.0.0.1']) : Promise.reject(new Error('unknown'))

const allowing = (...hosts: string[]) => new SafeHttp(hosts, names)

const request = (
  url: string,
  more: {
    method?: string
    body?: string
    headers?: Record<string, string>
    timeoutMs?: number
  } = {},
) => ({
  ...{ method: 'GET', headers: {}, timeoutMs: 2_000, maxResponseBytes: 50_000, url },
  ...more,
})

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'went through'
  } catch (problem) {
    const { name, code } = problem as { name: string; code?: string }
    return `${name} ${code ?? ''}`
  }
}

const refused = 'StepFailure http.private_address'
const never = new AbortController().signal

describe('addresses that workflows may not reach', () => {
  test.each([
    ...[
      '127.0.0.1',
      '127.255.1.2',
      '0.0.0.0',
      '10.0.0.1',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
    ],
    ...['169.254.169.254', '100.64.0.1', '100.127.255.255', '192.0.0.8', '192.0.2.1', '198.18.0.1'],
    ...[
      '198.51.100.7',
      '203.0.113.9',
      '224.0.0.1',
      '239.255.255.250',
      '240.0.0.1',
      '255.255.255.255',
    ],
    ...[
      '::',
      '::1',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '::127.0.0.1',
      '::ffff:0:127.0.0.1',
      'fe80::1',
      'fe80::1%eth0',
    ],
    ...[
      'fec0::1',
      'fc00::1',
      'fd00:ec2::254',
      'ff02::1',
      '2001:db8::1',
      '2002:7f00:1::',
      '2001::1',
      '3fff::1',
    ],
    ...[
      '64:ff9b::7f00:1',
      '64:ff9b::10.0.0.1',
      '64:ff9b:1::1',
      '100::1',
      '1::',
      'not an address',
      '',
      '1.2.3',
      '01.2.3.4',
    ],
  ])('%s', (address) => expect(isPublicAddress(address)).toBe(false))

  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '192.0.1.1',
    '2606:4700::1111',
    '64:ff9b::8.8.8.8',
  ])('while %s is public', (address) => expect(isPublicAddress(address)).toBe(true))
})

describe('a request', () => {
  test.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://0/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[0:0:0:0:0:ffff:7f00:1]/',
    'http://①②⑦.0.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://user:pass@127.0.0.1/',
    'http://something.test/',
  ])('to %s is refused', async (url) => {
    expect(await codeOf(allowing().request(request(url), never))).toBe(refused)
  })

  test.each(['file:///etc/passwd', 'ftp://example.com/', 'gopher://127.0.0.1/', 'not an address'])(
    'to %s is no web request',
    async (url) => {
      expect(await codeOf(allowing().request(request(url), never))).toBe(
        'StepFailure http.invalid_url',
      )
    },
  )

  test('is refused when only one of several addresses is private', async () => {
    const mixed = new SafeHttp([], () => Promise.resolve(['1.1.1.1', '10.0.0.1']))
    expect(await codeOf(mixed.request(request('http://mixed.example/'), never))).toBe(refused)
  })

  test('dials the address that was checked, so that a name that changes its mind gains nothing', async () => {
    let asked = 0
    const rebinding = new SafeHttp([], () =>
      Promise.resolve([asked++ === 0 ? '192.0.2.1' : '127.0.0.1']),
    )
    expect(
      await codeOf(rebinding.request(request(`http://rebind.example:${port}/ok`), never)),
    ).toBe(refused)
    expect(asked).toBe(1)
  })

  test('goes through to a host that an operator allowed, under its own name', async () => {
    const response = await allowing('good.test').request(
      request(`http://good.test:${port}/ok`),
      never,
    )
    expect(response).toMatchObject({ status: 200, body: 'fine', encoding: 'text' })
    expect(asked.at(-1)).toMatchObject({ host: `good.test:${port}` })
  })

  test('may be allowed to one port only', async () => {
    const http = allowing(`good.test:${port}`)
    expect((await http.request(request(`http://good.test:${port}/ok`), never)).status).toBe(200)
    expect(await codeOf(http.request(request('http://good.test:1/ok'), never))).toBe(refused)
  })

  test('cannot smuggle a header through a line break, nor say for itself where it goes', async () => {
    const headers = {
      'x-name': 'a\r\nx-evil: 1',
      host: 'evil.example',
      'transfer-encoding': 'chunked',
    }
    await allowing('good.test').request(request(`http://good.test:${port}/ok`, { headers }), never)
    expect(asked.at(-1)?.headers).toMatchObject({
      'x-name': 'a x-evil: 1',
      host: `good.test:${port}`,
    })
    expect(asked.at(-1)?.headers['x-evil']).toBeUndefined()
  })
})

describe('a redirect', () => {
  test.each(['/to-loopback', '/to-metadata'])(
    'to a private address is refused (%s)',
    async (path) => {
      const http = allowing('good.test')
      expect(await codeOf(http.request(request(`http://good.test:${port}${path}`), never))).toBe(
        refused,
      )
    },
  )

  test('to something that is not the web is refused', async () => {
    const http = allowing('good.test')
    expect(await codeOf(http.request(request(`http://good.test:${port}/to-file`), never))).toBe(
      'StepFailure http.invalid_url',
    )
  })

  test('takes no credentials along to another host', async () => {
    const http = allowing('good.test', 'other.test')
    const headers = { authorization: 'Bearer secret', cookie: 'a=b', 'x-kept': '1' }
    await http.request(request(`http://good.test:${port}/to-other`, { headers }), never)
    expect(asked.at(-1)).toMatchObject({ url: '/ok', headers: { 'x-kept': '1' } })
    expect(asked.at(-1)?.headers).not.toHaveProperty('authorization')
    expect(asked.at(-1)?.headers).not.toHaveProperty('cookie')
  })

  test('after a POST is followed by reading, as browsers do', async () => {
    await allowing('good.test').request(
      request(`http://good.test:${port}/see-other`, { method: 'POST', body: 'x' }),
      never,
    )
    expect(asked.at(-1)).toMatchObject({ method: 'GET', url: '/ok', body: '' })
  })

  test('that never ends is given up', async () => {
    expect(
      await codeOf(
        allowing('good.test').request(request(`http://good.test:${port}/for-ever`), never),
      ),
    ).toBe('StepFailure http.too_many_redirects')
  })
})

describe('an answer', () => {
  test.each(['/large', '/bomb'])(
    'that is too large is cut off, packed or not (%s)',
    async (path) => {
      expect(
        await codeOf(
          allowing('good.test').request(request(`http://good.test:${port}${path}`), never),
        ),
      ).toBe('StepFailure http.too_large')
    },
  )

  test('is unpacked', async () => {
    const response = await allowing('good.test').request(
      request(`http://good.test:${port}/packed`),
      never,
    )
    expect(response.body).toBe('unpacked')
  })

  test('that is no text comes as base64', async () => {
    const response = await allowing('good.test').request(
      request(`http://good.test:${port}/binary`),
      never,
    )
    expect(response).toMatchObject({ encoding: 'base64', body: 'if8A' })
  })
})

describe('an outcome that nobody knows', () => {
  const broken = (method: string, path: string) =>
    codeOf(
      allowing('good.test').request(
        request(`http://good.test:${port}${path}`, { method, body: 'x', timeoutMs: 300 }),
        never,
      ),
    )

  test('is called uncertain when something was sent that could have taken effect', async () => {
    expect(await broken('POST', '/silent')).toBe('Uncertain http.timeout')
    expect(await broken('POST', '/breaks-off')).toBe('Uncertain http.no_connection')
  })

  test('is a plain failure when it was only read', async () => {
    expect(await broken('GET', '/silent')).toBe('StepFailure http.timeout')
  })

  test('is a plain failure when nothing was sent', async () => {
    const closed = allowing('good.test').request(
      request('http://good.test:1/', { method: 'POST', body: 'x' }),
      never,
    )
    expect(await codeOf(closed)).toBe('StepFailure http.no_connection')
  })

  test('does not hide a cancel', async () => {
    const cancel = new AbortController()
    const waiting = allowing('good.test').request(
      request(`http://good.test:${port}/silent`),
      cancel.signal,
    )
    setTimeout(() => cancel.abort(), 50)
    expect(await codeOf(waiting)).toMatch(/^AbortError/)
  })
})
