import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  addressRange,
  isListed,
  listEntries,
} from '../../src/lib/engine/nodes/triggers/address-list.ts'
import { senderAddress } from '../../supabase/functions/webhook/sender-address.ts'
import {
  checkBasic,
  checkGithub,
  checkStandard,
  checkStripe,
  checkToken,
} from '../../supabase/functions/webhook/signatures.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('GitHub’s signature', () => {
  // From GitHub's documentation, "Validating webhook deliveries", section on testing.
  const secret = "It's a Secret to Everybody"
  const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'

  test('is the one of the documentation', () => {
    expect(checkGithub(secret, signature, bytes('Hello, World!'))).toBe('fine')
  })

  test.each([
    ...['', 'sha256=', signature.slice(7), signature.toUpperCase(), `${signature}0`],
    ...[signature.replace('7', '8'), `sha1=${signature.slice(7)}`, ` ${signature}`],
  ])('is refused when written differently (%s)', (shown) => {
    expect(checkGithub(secret, shown, bytes('Hello, World!'))).toBe('wrong')
  })

  test('is refused for another body', () => {
    expect(checkGithub(secret, signature, bytes('Hello, World'))).toBe('wrong')
  })
})

describe('the signature of Standard Webhooks', () => {
  // As published for Standard Webhooks, and by Svix, whose scheme became the standard.
  const known = [
    {
      secret: 'whsec_plJ3nmyCDGBKInavdOK15jsl',
      id: 'msg_loFOjxBNrRLzqYUf',
      timestamp: '1731705121',
      body: '{"event_type":"ping","data":{"success":true}}',
      signature: 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
    },
    {
      secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: '1614265330',
      body: '{"test": 2432232314}',
      signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
  ]
  const at = (timestamp: string, later = 0) => ({
    nowSeconds: Number(timestamp) + later,
    toleranceSeconds: 300,
  })

  test.each(known)('is the one of the documentation ($id)', ({ secret, body, ...said }) => {
    expect(checkStandard(secret, said, bytes(body), at(said.timestamp))).toBe('fine')
  })

  test.each(known)('may stand among others ($id)', ({ secret, body, signature, ...said }) => {
    const several = { ...said, signature: `v1a,abc v1,AAAA ${signature}` }
    expect(checkStandard(secret, several, bytes(body), at(said.timestamp))).toBe('fine')
  })

  test.each(known)('covers id, time and body ($id)', ({ secret, body, ...said }) => {
    const now = at(said.timestamp)
    const check = (other: Partial<typeof said>, text = body) =>
      checkStandard(secret, { ...said, ...other }, bytes(text), now)
    expect(check({ id: `${said.id}x` })).toBe('wrong')
    expect(check({ timestamp: String(Number(said.timestamp) + 1) })).toBe('wrong')
    expect(check({}, `${body} `)).toBe('wrong')
    expect(check({ id: '' })).toBe('wrong')
    expect(check({ timestamp: '' })).toBe('wrong')
    expect(check({ signature: '' })).toBe('wrong')
  })

  test.each([
    [300, 'fine'],
    [-300, 'fine'],
    [301, 'old'],
    [-301, 'old'],
  ])('counts for five minutes (%i s later: %s)', (later, verdict) => {
    for (const { secret, body, ...said } of known)
      expect(checkStandard(secret, said, bytes(body), at(said.timestamp, later))).toBe(verdict)
  })
})

describe('Stripe’s signature', () => {
  // Made as "Verify webhook signatures manually" says: HMAC-SHA256 of the time, a full stop and the body, in hex.
  const secret = 'whsec_test_secret'
  const body = '{\n  "id": "evt_test_webhook",\n  "object": "event"\n}'
  const time = 1492774577
  const made = (key: string, text = `${time}.${body}`) =>
    createHmac('sha256', key).update(text).digest('hex')
  const check = (shown: string, later = 0, text = body) =>
    checkStripe(secret, shown, bytes(text), { nowSeconds: time + later, toleranceSeconds: 300 })

  test('is taken, also beside those of other secrets and of older schemes', () => {
    expect(check(`t=${time},v1=${made(secret)}`)).toBe('fine')
    expect(check(`t=${time},v1=${made('old')},v1=${made(secret)},v0=${'0'.repeat(64)}`)).toBe(
      'fine',
    )
  })

  test('is refused when anything is different', () => {
    const signature = made(secret)
    for (const shown of [
      ...['', `v1=${signature}`, `t=${time}`, `t=,v1=${signature}`, `t=x,v1=${signature}`],
      ...[`t=${time + 1},v1=${signature}`, `t=${time},v0=${signature}`, `t=${time},v1=x`],
    ])
      expect(check(shown)).toBe('wrong')
    expect(check(`t=${time},v1=${signature}`, 0, `${body} `)).toBe('wrong')
  })

  test('is too old after the tolerance', () => {
    expect(check(`t=${time},v1=${made(secret)}`, 300)).toBe('fine')
    expect(check(`t=${time},v1=${made(secret)}`, 301)).toBe('old')
    // Of a forged one, it isn't told how old it is.
    expect(check(`t=${time},v1=${made('other')}`, 301)).toBe('wrong')
  })
})

test('a user name and password are those of RFC 7617', () => {
  // The RFC's own examples.
  expect(checkBasic('Aladdin', 'open sesame', 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==')).toBe('fine')
  expect(checkBasic('test', '123£', 'Basic dGVzdDoxMjPCow==')).toBe('fine')
  for (const shown of ['', 'Basic', 'Basic !', 'Basic QWxhZGRpbg==', 'Bearer open sesame'])
    expect(checkBasic('Aladdin', 'open sesame', shown)).toBe('wrong')
  expect(checkBasic('', '', '')).toBe('wrong')
})

test('a token is compared whole', () => {
  expect(checkToken('s3cret', 'Bearer s3cret')).toBe('fine')
  expect(checkToken('s3cret', 's3cre')).toBe('wrong')
})

describe('a list of addresses', () => {
  const lists = (list: string, address: string) =>
    isListed(
      listEntries(list)
        .map(addressRange)
        .filter((range) => range !== undefined),
      address,
    )

  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.0/24', '203.0.113.255'],
    ['203.0.113.0/24', '::ffff:203.0.113.9'],
    ['10.0.0.0/8, 192.0.2.128/25', '192.0.2.200'],
    ['0.0.0.0/0', '8.8.8.8'],
    ['2001:db8::/32', '2001:db8:ffff::1'],
    ['2001:db8::1', '2001:0DB8:0:0:0:0:0:1'],
    ['::/0', '2001:db8::1'],
    ['::1', '::1'],
  ])('%s holds %s', (list, address) => expect(lists(list, address)).toBe(true))

  test.each([
    ['203.0.113.7', '203.0.113.8'],
    ['203.0.113.0/24', '203.0.114.0'],
    ['192.0.2.128/25', '192.0.2.127'],
    ['0.0.0.0/0', '2001:db8::1'],
    ['2001:db8::/32', '2001:db9::1'],
    ['0.0.0.0/0', ''],
    ['0.0.0.0/0', '010.1.1.1'],
    ['0.0.0.0/0', '1.1.1'],
    ['::/0', 'x'],
    ['', '1.1.1.1'],
  ])('%s does not hold %s', (list, address) => expect(lists(list, address)).toBe(false))

  test.each(
    '256.1.1.1 1.1.1 1.1.1.1/33 1.1.1.1/ 1.1.1.1/8/8 ::/129 ::1::2 1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9 12345::'
      .split(' ')
      .concat(['fe80::1%eth0', '1.2.3.4::', '/8', '1:2:3:4:5:6:7::8']),
  )('%s is no address', (text) => expect(addressRange(text)).toBeUndefined())
})

describe('where a request comes from', () => {
  const peer = { remoteAddr: { hostname: '::ffff:192.0.2.1' } }
  const from = (forwarded: string, header = 'x-forwarded-for', proxies = 1) =>
    senderAddress(new Headers({ 'x-forwarded-for': forwarded }), peer, { header, proxies })

  test('is the other end of the connection, unless a proxy’s header is trusted', () => {
    expect(from('203.0.113.7', '')).toBe('::ffff:192.0.2.1')
    expect(from('203.0.113.7')).toBe('203.0.113.7')
  })

  test('is what the trusted proxies added, not what the sender wrote before', () => {
    expect(from('6.6.6.6, 203.0.113.7')).toBe('203.0.113.7')
    expect(from('6.6.6.6, 203.0.113.7, 10.0.0.1', 'x-forwarded-for', 2)).toBe('203.0.113.7')
    expect(from('203.0.113.7', 'x-forwarded-for', 2)).toBeUndefined()
  })

  test('is read with a port and in brackets, and unknown when nothing is said', () => {
    expect(from('203.0.113.7:4711')).toBe('203.0.113.7')
    expect(from('[2001:db8::1]:4711')).toBe('2001:db8::1')
    expect(from('')).toBeUndefined()
    expect(senderAddress(new Headers(), undefined, { header: '', proxies: 1 })).toBeUndefined()
  })
})
