import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SafeHttp } from '../../supabase/functions/_shared/services/http.ts'
import { isPublicAddress } from '../../supabase/functions/_shared/services/http/public-address.ts'
import { allowing, codeOf, never, request, startOutside } from './outside.ts'

let outside: Awaited<ReturnType<typeof startOutside>>
beforeAll(async () => {
  outside = await startOutside()
})
afterAll(() => outside.stop())

const refused = 'StepFailure http.private_address'
const at = (host: string, path: string) => request(`http://${host}:${outside.port}${path}`)

describe('an address that workflows may not reach', () => {
  const closed = {
    'this machine': '127.0.0.1 127.255.1.2 0.0.0.0 0.1.2.3 :: ::1',
    'a private network': '10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 fc00::1 fd00:ec2::254',
    'a local link or a cloud’s metadata':
      '169.254.169.254 168.63.129.16 100.100.100.200 192.0.0.192 fe80::1 fe80::1%eth0 fec0::1 fd20:ce::254',
    'a carrier’s network': '100.64.0.1 100.127.255.255',
    'kept for protocols, tests and books':
      '192.0.0.8 192.0.2.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 192.88.99.1 2001:db8::1 3fff::1 100::1 5f00::1',
    'many at once': '224.0.0.1 239.255.255.250 ff02::1 255.255.255.255',
    'not given to anybody': '240.0.0.1 254.1.2.3 1:: 4000::1',
    'an IPv4 address within an IPv6 one':
      '::ffff:127.0.0.1 ::ffff:7f00:1 ::FFFF:10.0.0.1 ::127.0.0.1 ::ffff:0:127.0.0.1 ::a00:1 64:ff9b::7f00:1 64:ff9b::10.0.0.1 64:ff9b::169.254.169.254 64:ff9b:1::1 2002:7f00:1:: 2002:a00:1:: 2001::1 2001:0:1::7f00:1',
    'nothing that a resolver writes':
      '1.2.3 01.2.3.4 1.2.3.4.5 256.1.1.1 1::2::3 :::1 12345::1 g::1',
  }
  const all = Object.entries(closed).flatMap(([why, addresses]) =>
    addresses.split(' ').map((address): [string, string] => [address, why]),
  )
  test.each([...all, ['', 'nothing'] as [string, string]])('is %s (%s)', (address) =>
    expect(isPublicAddress(address)).toBe(false),
  )

  test.each([
    ...[
      '1.1.1.1',
      '8.8.8.8',
      '172.32.0.1',
      '100.128.0.1',
      '192.0.1.1',
      '169.253.1.1',
      '223.255.255.255',
    ],
    ...['2606:4700::1111', '2a00:1450:4001::1', '64:ff9b::8.8.8.8'],
  ])('is not %s', (address) => expect(isPublicAddress(address)).toBe(true))
})

describe('a request is refused', () => {
  test.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://127.0.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.0x0.0x0.0x1/',
    'http://017700000001/',
    'http://0177.0.0.1/',
    'http://0/',
    'http://127.0.0.1./',
    'http://①②⑦.0.0.1/',
    'http://127。0。0。1/',
    'http://%31%32%37.0.0.1/',
    'http:\\\\127.0.0.1\\',
    'HTTP://127.0.0.1/',
    ' http://127.0.0.1/ ',
    'http://[::1]/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[0:0:0:0:0:ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[fd00::1]/',
    'http://10.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://0xa9fea9fe/',
    'https://192.168.0.1/',
    'http://something.test/',
    'http://something.test./',
    'http://SOMETHING.TEST/',
  ])('to %s, by whatever spelling it leads inside', async (url) => {
    expect(await codeOf(allowing().request(request(url), never))).toBe(refused)
  })

  test.each(['localhost', 'localhost.', 'LOCALHOST'])(
    'to %s, as the machine itself resolves it',
    async (host) => {
      const real = new SafeHttp([])
      expect(await codeOf(real.request(at(host, '/ok'), never))).toBe(refused)
    },
  )

  test.each([
    ...['file:///etc/passwd', 'ftp://example.com/', 'gopher://127.0.0.1/', 'data:text/plain,x'],
    ...[
      'not an address',
      '',
      '//example.com/',
      'http://',
      'http://[::1',
      'http://a b/',
      'javascript:1',
    ],
    'http://256.256.256.256/',
  ])('to "%s", which is no web address', async (url) => {
    expect(await codeOf(allowing().request(request(url), never))).toBe(
      'StepFailure http.invalid_url',
    )
  })

  test('with a password in the address, and the password is not repeated', async () => {
    const work = allowing('good.test').request(request('http://ann:hunter2@good.test/'), never)
    expect(await codeOf(work)).toBe('StepFailure http.sign_in_in_url')
    expect(await work.catch(String)).not.toContain('hunter2')
  })

  test.each([
    ['1.1.1.1', '10.0.0.1'],
    ['10.0.0.1', '1.1.1.1'],
    ['2606:4700::1111', '::1'],
  ])('when only one of several addresses is private (%s, %s)', async (...addresses) => {
    const mixed = new SafeHttp([], () => Promise.resolve(addresses))
    expect(await codeOf(mixed.request(request('http://mixed.example/'), never))).toBe(refused)
  })

  test('before anything was sent', async () => {
    const before = outside.asked.length
    await codeOf(allowing().request(at('inside.test', '/ok'), never))
    expect(outside.asked.length).toBe(before)
  })
})

describe('a name', () => {
  test('is resolved once, so that one that changes its mind gains nothing', async () => {
    const answers = [['192.0.2.1'], ['127.0.0.1']]
    let times = 0
    const rebinding = new SafeHttp([], () => Promise.resolve(answers[times++] ?? []))
    expect(await codeOf(rebinding.request(at('rebind.example', '/ok'), never))).toBe(refused)
    expect(times).toBe(1)
  })

  test('that was found to be allowed is dialled by the number that was checked, under its own name', async () => {
    let times = 0
    // Were the name looked up again, by the system, it would not be found at all.
    const http = new SafeHttp(['good.invalid'], () => {
      times += 1
      return Promise.resolve(times === 1 ? ['127.0.0.1'] : ['192.0.2.1'])
    })
    expect(await http.request(at('good.invalid', '/ok'), never)).toMatchObject({
      ...{ status: 200, body: 'fine', encoding: 'text' },
    })
    expect(times).toBe(1)
    expect(outside.last()).toMatchObject({ host: `good.invalid:${outside.port}` })
  })

  test('that nobody knows is a failure that may pass', async () => {
    const problem: unknown = await allowing()
      .request(request('http://nowhere.invalid/'), never)
      .catch((thrown: unknown) => thrown)
    expect(problem).toMatchObject({ code: 'http.dns', retryable: true })
  })

  test('that has no addresses is not found either', async () => {
    const empty = new SafeHttp([], () => Promise.resolve([]))
    expect(await codeOf(empty.request(request('http://empty.example/'), never))).toBe(
      'StepFailure http.dns',
    )
  })

  test('that takes for ever to resolve costs no more than the request may take', async () => {
    const slow = new SafeHttp([], () => new Promise(() => undefined))
    const started = Date.now()
    const work = slow.request(request('http://slow.example/', { timeoutMs: 200 }), never)
    expect(await codeOf(work)).toBe('StepFailure http.timeout')
    expect(Date.now() - started).toBeLessThan(2_000)
  })
})

describe('an operator may allow', () => {
  test.each([
    ['good.test', 'good.test'],
    ['Good.Test', 'good.test'],
    ['good.test', 'good.test.'],
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.1', '127.1'],
    ['127.1', '127.0.0.1'],
  ])('the host %s, which also allows %s', async (entry, host) => {
    expect((await allowing(entry).request(at(host, '/ok'), never)).status).toBe(200)
  })

  test('a host on one port only', async () => {
    const http = allowing(`good.test:${outside.port}`)
    expect((await http.request(at('good.test', '/ok'), never)).status).toBe(200)
    expect(await codeOf(http.request(request('http://good.test/'), never))).toBe(refused)
    expect(await codeOf(http.request(request('http://good.test:1/'), never))).toBe(refused)
  })

  test('an IPv6 address on one port', async () => {
    const http = allowing('[::1]:1')
    expect(await codeOf(http.request(request('http://[::1]:2/'), never))).toBe(refused)
    expect(await codeOf(http.request(request('http://[::1]:1/'), never))).not.toBe(refused)
  })

  test.each(['other.test', 'xgood.test', 'good.test.example', 'sub.good.test'])(
    'one host, which does not allow %s',
    async (host) => {
      const http = new SafeHttp(['good.test'], () => Promise.resolve(['127.0.0.1']))
      expect(await codeOf(http.request(at(host, '/ok'), never))).toBe(refused)
    },
  )
})

describe('a redirect', () => {
  test.each([
    ...['/to-loopback', '/to-decimal', '/to-mapped', '/to-localhost', '/to-private-name'],
    ...['/to-metadata', '/to-good-then-loopback'],
  ])('to a private address is refused (%s)', async (path) => {
    const before = outside.asked.length
    // "localhost" is resolved by the pretended internet, too.
    const http = new SafeHttp(['good.test'], () => Promise.resolve(['127.0.0.1']))
    expect(await codeOf(http.request(at('good.test', path), never))).toBe(refused)
    expect(outside.asked.slice(before).map(({ url }) => url)).not.toContain('/ok')
  })

  test.each([
    ['/to-file', 'StepFailure http.invalid_url'],
    ['/to-sign-in', 'StepFailure http.sign_in_in_url'],
    ['/for-ever', 'StepFailure http.too_many_redirects'],
  ])('%s is not followed', async (path, code) => {
    expect(await codeOf(allowing('good.test').request(at('good.test', path), never))).toBe(code)
  })

  test('takes no credentials along to another host, by whatever name they go', async () => {
    const http = allowing('good.test', 'other.test')
    const credentials = {
      ...{ Authorization: 'Bearer secret', Cookie: 'a=b', 'Proxy-Authorization': 'x' },
      ...{ 'X-Api-Key': 'secret', 'X-Shop-Access-Token': 'secret', 'X-Anything': 'secret' },
    }
    const headers = { ...credentials, 'Idempotency-Key': 'k', 'Content-Type': 'text/csv' }
    await http.request(
      { ...at('good.test', '/to-other'), headers, method: 'POST', body: 'a,b' },
      never,
    )
    const { url, method, body, headers: got } = outside.last() ?? {}
    expect({ url, method, body }).toEqual({ url: '/ok', method: 'POST', body: 'a,b' })
    expect(got).toMatchObject({ 'idempotency-key': 'k', 'content-type': 'text/csv' })
    for (const name of Object.keys(credentials)) expect(got).not.toHaveProperty(name.toLowerCase())
  })

  test('keeps them on the same host', async () => {
    const headers = { authorization: 'Bearer secret' }
    await allowing('good.test').request({ ...at('good.test', '/to-same'), headers }, never)
    expect(outside.last()).toMatchObject({ url: '/ok', headers })
  })

  test.each([
    ['POST', '/moved-301', 'GET', ''],
    ['POST', '/moved-302', 'GET', ''],
    ['POST', '/moved-303', 'GET', ''],
    ['PUT', '/moved-303', 'GET', ''],
    ['PUT', '/moved-302', 'PUT', 'x'],
    ['POST', '/moved-308', 'POST', 'x'],
    ['HEAD', '/moved-303', 'HEAD', ''],
  ])('of a %s by %s becomes a %s', async (method, path, becomes, body) => {
    const sent = { ...at('good.test', path), method, headers: { 'content-type': 'text/plain' } }
    await allowing('good.test').request(method === 'HEAD' ? sent : { ...sent, body: 'x' }, never)
    expect(outside.last()).toMatchObject({ url: '/ok', method: becomes, body })
    if (body === '' && method !== 'HEAD') {
      expect(outside.last()?.headers).not.toHaveProperty('content-type')
    }
  })

  test('is followed without reading what comes with it', async () => {
    const work = allowing('good.test').request(at('good.test', '/endless-redirect'), never)
    expect((await work).body).toBe('fine')
  })
})
