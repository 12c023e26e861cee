import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openScene } from './connection-scene.ts'

const scene = await openScene()
const { office, partner, stranger, made, requesting, call, callAtOnce, member, asking } = scene
afterAll(() => scene.close())
beforeEach(() => {
  partner.asked.length = 0
  stranger.asked.length = 0
})

describe('OAuth', () => {
  const client = () => ({
    ...{ tokenAddress: `${partner.url}/token`, clientId: 'weft', clientSecret: 'client-secret-1' },
    hosts: partner.host,
  })
  beforeEach(() => {
    Object.assign(partner.oauth, { grants: [], authorizations: [], answers: null, lasts: 3_600 })
  })

  test('tokens are fetched once for many steps, and kept', async () => {
    partner.oauth.access = 'access-one'
    const id = await made('oauth2.client', client())
    const hook = await requesting(id, `${partner.url}/in`)
    await callAtOnce(hook, 8)
    await call(hook)
    expect(partner.oauth.grants).toEqual([{ grant_type: 'client_credentials' }])
    expect(partner.oauth.authorizations).toEqual([
      `Basic ${Buffer.from('weft:client-secret-1').toString('base64')}`,
    ])
    const used = partner.asked.filter(({ path }) => path === '/in')
    expect(used).toHaveLength(9)
    expect(new Set(used.map(({ headers }) => headers.authorization))).toEqual(
      new Set(['Bearer access-one']),
    )
  })

  test('a token that runs out is renewed once, with the newest refresh token', async () => {
    Object.assign(partner.oauth, { access: 'access-1', refresh: 'refresh-1', lasts: 1 })
    const id = await made('oauth2.code', { ...client(), signInAddress: `${partner.url}/authorize` })
    const back = `${office.stack.appUrl}/connections/callback`
    const begun = await office.ask(`connections/${id}/sign-in`, { return_to: back })
    const address = new URL(String(begun.body['address']))
    const state = address.searchParams.get('state') ?? ''
    expect(Object.fromEntries(address.searchParams)).toMatchObject({
      ...{
        response_type: 'code',
        client_id: 'weft',
        redirect_uri: back,
        code_challenge_method: 'S256',
      },
    })
    partner.oauth.challenge = address.searchParams.get('code_challenge') ?? ''

    // Somebody else can't finish it, not even an owner of the same workspace.
    const other = await member('owner')
    expect((await asking(other, 'connections/return', { state, code: 'c' })).status).toBe(409)
    expect((await office.ask('connections/return', { state, code: 'the-code' })).status).toBe(200)
    expect((await office.ask('connections/return', { state, code: 'the-code' })).status).toBe(409)

    Object.assign(partner.oauth, { access: 'access-2', lasts: 3_600 })
    const hook = await requesting(id, `${partner.url}/in`)
    await callAtOnce(hook, 6)
    expect(partner.oauth.grants.map(({ grant_type }) => grant_type)).toEqual([
      'authorization_code',
      'refresh_token',
    ])
    expect(
      partner.asked
        .filter(({ path }) => path === '/in')
        .map(({ headers }) => headers.authorization),
    ).toEqual(Array(6).fill('Bearer access-2'))
  })

  test('a sign-in that the service has forgotten is said so', async () => {
    Object.assign(partner.oauth, { lasts: 1 })
    const id = await made('oauth2.code', { ...client(), signInAddress: `${partner.url}/authorize` })
    const hook = await requesting(id, `${partner.url}/in`)
    expect((await call(hook)).seen.error?.code).toBe('connection.sign_in')
    const begun = await office.ask(`connections/${id}/sign-in`, {
      return_to: `${office.stack.appUrl}/connections/callback`,
    })
    const address = new URL(String(begun.body['address']))
    partner.oauth.challenge = address.searchParams.get('code_challenge') ?? ''
    await office.ask('connections/return', { state: address.searchParams.get('state'), code: 'c' })
    partner.oauth.answers = { status: 400, body: '{"error":"invalid_grant"}' }
    expect((await call(hook)).seen.error?.code).toBe('connection.sign_in')
    const { data } = await office.person.client
      .from('connections')
      .select('status')
      .eq('id', id)
      .single()
    expect(data).toEqual({ status: 'broken' })
  })

  test('tokens that were under way when the fields were replaced are not kept', async () => {
    const gate = Promise.withResolvers<null>()
    Object.assign(partner.oauth, { access: 'old-access', until: gate.promise })
    const id = await made('oauth2.client', client())
    const hook = await requesting(id, `${partner.url}/in`)
    const { body } = await office.send(hook)
    while (partner.oauth.grants.length === 0) await new Promise((done) => setTimeout(done, 5))
    await office.ask(`connections/${id}/rotate`, {
      fields: { ...client(), clientSecret: 'client-secret-2', hosts: stranger.host },
    })
    Object.assign(partner.oauth, { access: 'new-access', until: null })
    gate.resolve(null)
    const { error } = await office.until(body['execution'])
    expect(error?.code).toBe('connection.host_not_allowed')
    await call(await requesting(id, `${stranger.url}/in`))
    expect(partner.asked.filter(({ path }) => path === '/in')).toEqual([])
    expect(stranger.asked.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer new-access',
    ])
  })

  test('never sends the client’s secret on to where a redirect leads', async () => {
    partner.leadTo(`${stranger.url}/token`)
    const id = await made('oauth2.client', {
      ...{ ...client(), tokenAddress: `${partner.url}/away`, clientAuth: 'body' },
    })
    expect((await office.ask(`connections/${id}/test`)).body).toMatchObject({ ok: false })
    expect(stranger.asked).toEqual([])
  })

  test.each([
    'http://127.0.0.1:1/token',
    'https://[::1]/token',
    'https://2130706433/token',
    'https://metadata.google.internal/x',
  ])('never goes to a private network for a token (%s)', async (tokenAddress) => {
    const id = await made('oauth2.client', { ...client(), tokenAddress })
    const { body } = await office.ask(`connections/${id}/test`)
    expect(body).toMatchObject({ ok: false })
    expect(String(body['report'])).toMatch(/not reachable from here|not encrypted|not found/)
  })
})
