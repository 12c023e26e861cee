import { createHmac, randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { delay, row, set, webhook } from './drawing.ts'
import { Pool } from '../../supabase/functions/_shared/database/pool.ts'
import { resealWebhookSecrets } from '../../supabase/functions/_shared/reseal.ts'
import { Secrets } from '../../supabase/functions/_shared/secrets.ts'
import { FunctionsProcess } from './functions-process.ts'
import { Office } from './office.ts'

let office: Office

beforeAll(async () => {
  office = await Office.open({ worker: 1 })
})
afterAll(() => office.close())

const body = '{"id": "evt_1", "name": "Ada"}'
const JSON_TYPE = { 'content-type': 'application/json' }
const greet = set('greet', { text: 'Hello' })

async function guarded(config: Record<string, unknown>, secret?: string) {
  const made = await office.liveWebhook(row(webhook(config), greet))
  const form = config['verify'] === 'standard' ? 'standard' : 'plain'
  const where = { workflow: made.workflow, node: 'hook' }
  const answer = await office.ask('webhooks/secret', { ...where, secret, form })
  expect(answer.status).toBe(200)
  return { ...made, where, secret: String(answer.body['secret']) }
}

const send = (url: string, headers: Record<string, string> = {}, text = body) =>
  office.send(url, {}, { headers: { ...JSON_TYPE, ...headers }, body: text })

const hex = (secret: string, text: string) =>
  createHmac('sha256', secret).update(text).digest('hex')
const seconds = (later = 0) => Math.floor(Date.now() / 1000) + later

function standard(secret: string, id: string, at = seconds()) {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': String(at),
    'webhook-signature': `v1,${signature}`,
  }
}

describe('a sender is known', () => {
  test('by a Standard Webhooks signature, with a secret made for it, and only while it is fresh', async () => {
    const { workflow, url, secret } = await guarded({ verify: 'standard' })
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(await send(url)).toMatchObject({ status: 401, body: { code: 'webhook.bad_signature' } })
    expect(await send(url, standard(secret, 'msg_0', seconds(-301)))).toMatchObject({
      status: 401,
      body: { code: 'webhook.old_signature' },
    })
    expect(await office.executions(workflow)).toBe(0)
    expect((await send(url, standard(secret, 'msg_1'))).status).toBe(202)
  })

  test('by Stripe’s signature; the same event again is the same execution', async () => {
    const { workflow, url, secret } = await guarded({ verify: 'stripe' })
    const at = seconds()
    const first = { 'stripe-signature': `t=${at},v1=${hex(secret, `${at}.${body}`)}` }
    const again = { 'stripe-signature': `t=${at - 9},v1=${hex(secret, `${at - 9}.${body}`)}` }
    const one = await send(url, first)
    const other = await send(url, again)
    expect(one.status).toBe(202)
    expect(other).toMatchObject({
      status: 202,
      body: { execution: one.body['execution'], status: 'duplicate' },
    })
    expect(await office.executions(workflow)).toBe(1)
  })

  test('by GitHub’s signature', async () => {
    const { url, secret } = await guarded({ verify: 'github' })
    const signature = `sha256=${hex(secret, body)}`
    expect((await send(url, { 'x-hub-signature-256': signature })).status).toBe(202)
    expect((await send(url, { 'x-hub-signature-256': signature }, `${body} `)).status).toBe(401)
  })

  test('by user name and password, which stay out of the data', async () => {
    const { url } = await guarded({ verify: 'basic', userName: 'ann' }, 'correct horse')
    const basic = (text: string) => ({
      authorization: `Basic ${Buffer.from(text).toString('base64')}`,
    })
    const refused = await send(url, basic('ann:wrong'))
    expect(refused).toMatchObject({ status: 401, body: { code: 'webhook.wrong_password' } })
    expect(refused.headers.get('www-authenticate')).toMatch(/^Basic /)
    const taken = await send(url, basic('ann:correct horse'))
    expect(taken.status).toBe(202)
    const seen = JSON.stringify(await office.until(taken.body['execution']))
    expect(seen).not.toContain('authorization')
    expect(seen).not.toContain('correct horse')
  })

  test('by the old secret as well as by the new one, as long as was said', async () => {
    const { url, where } = await guarded({ verify: 'token', header: 'X-Token' }, 'the first one')
    const shown = async (token: string) => (await send(url, { 'x-token': token })).status
    expect(await shown('the first one')).toBe(202)
    await office.ask('webhooks/secret', { ...where, secret: 'the second one', keepOldHours: 1 })
    await expect.poll(() => shown('the second one'), { timeout: 3000 }).toBe(202)
    expect(await shown('the first one')).toBe(202)
    expect(await shown('the third one')).toBe(401)
    await office.db.query(
      `update private.webhook_secrets set previous_until = now() where previous_until is not null`,
    )
    await expect.poll(() => shown('the first one'), { timeout: 3000 }).toBe(401)
    expect(await shown('the second one')).toBe(202)
    // Replaced at once, as after a leak: none of the earlier ones counts.
    await office.ask('webhooks/secret', { ...where, secret: 'the fourth one' })
    await expect.poll(() => shown('the second one'), { timeout: 3000 }).toBe(401)
  })

  test('by the address it comes from', async () => {
    const refusing = await office.liveWebhook(row(webhook({ allowFrom: '203.0.113.0/24' })))
    const forwarded = { 'x-forwarded-for': '203.0.113.7' }
    // No proxy was trusted, so what the request says about itself doesn't count.
    expect(await send(refusing.url, forwarded)).toMatchObject({
      status: 403,
      body: { code: 'webhook.wrong_address' },
    })
    expect(await office.executions(refusing.workflow)).toBe(0)
    const taking = await office.liveWebhook(row(webhook({ allowFrom: '127.0.0.0/8 ::1' })))
    expect((await send(taking.url)).status).toBe(202)
  })
})

describe('a delivery that comes again', () => {
  const byHeader = webhook({ deliveryHeader: 'X-Delivery' })

  test('is answered with the first one’s execution, and one without an id is always new', async () => {
    const { workflow, url } = await office.liveWebhook(row(byHeader, greet))
    const one = await send(url, { 'x-delivery': 'a' })
    const again = await send(url, { 'x-delivery': 'a' })
    expect(again.body).toEqual({ execution: one.body['execution'], status: 'duplicate' })
    const other = await send(url, { 'x-delivery': 'b' })
    expect(other.body['execution']).not.toBe(one.body['execution'])
    await send(url)
    await send(url)
    expect(await office.executions(workflow)).toBe(4)
    expect((await office.until(one.body['execution'])).steps).toHaveLength(2)
  })

  test('is one execution also when all come at the same moment', async () => {
    const { workflow, url } = await office.liveWebhook(row(byHeader, greet))
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => send(url, { 'x-delivery': 'at once' })),
    )
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([202]))
    const ids = new Set(answers.map((answer) => answer.body['execution']))
    expect(ids.size).toBe(1)
    expect(await office.executions(workflow)).toBe(1)
    const seen = await office.until([...ids][0])
    expect(seen.steps.map((step) => [step.node_id, step.attempt])).toEqual([
      ['hook', 1],
      ['greet', 1],
    ])
  })

  test('is at once answered where the sender waits for a result', async () => {
    const { url } = await office.liveWebhook(
      row(webhook({ deliveryHeader: 'X-Delivery', respond: 'result' }), delay('nap', 3600)),
    )
    const one = await send(url, { 'x-delivery': 'a' })
    expect(one.body).toMatchObject({ status: 'waiting' })
    expect((await send(url, { 'x-delivery': 'a' })).body).toEqual({
      execution: one.body['execution'],
      status: 'duplicate',
    })
  })

  test('is no secret between workflows: each has its own ids', async () => {
    const one = await office.liveWebhook(row(byHeader, greet))
    const other = await office.liveWebhook(row(byHeader, greet))
    const first = await send(one.url, { 'x-delivery': 'same' })
    const second = await send(other.url, { 'x-delivery': 'same' })
    expect(second.body['execution']).not.toBe(first.body['execution'])
  })

  test('is known after the process died before it could answer, and after a restart', async () => {
    const { workflow, url } = await office.liveWebhook(row(byHeader, greet))
    const token = url.split('/').at(-1) ?? ''
    const at = (from: FunctionsProcess) => `${from.url}/webhook/${token}`
    const doomed = await FunctionsProcess.start(office.stack, 'functions')
    // The delivery is known, its execution isn't yet.
    doomed.stopAt('accept:before-commit')
    const lost = send(at(doomed), { 'x-delivery': 'a' }).catch(() => 'lost')
    await doomed.reached('accept:before-commit')
    await doomed.kill()
    expect(await lost).toBe('lost')
    expect(await office.executions(workflow)).toBe(0)

    const next = await FunctionsProcess.start(office.stack, 'functions')
    const answer = await send(at(next), { 'x-delivery': 'a' })
    expect(answer.status).toBe(202)
    expect((await office.until(answer.body['execution'])).status).toBe('succeeded')
    await next.stop()
    const again = await send(url, { 'x-delivery': 'a' })
    expect(again.body).toEqual({ execution: answer.body['execution'], status: 'duplicate' })
    expect(await office.executions(workflow)).toBe(1)
  })
})

describe('too many requests', () => {
  test('to a webhook are told when to come again, and start nothing', async () => {
    const { workflow, url } = await office.liveWebhook(row(webhook({ ratePerMinute: 30 })))
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(url)))
    const taken = answers.filter((answer) => answer.status === 202)
    const refused = answers.filter((answer) => answer.status === 429)
    expect(taken.length + refused.length).toBe(20)
    const late = await send(url)
    expect(late).toMatchObject({ status: 429, body: { code: 'webhook.too_many' } })
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(await office.executions(workflow)).toBe(taken.length)
  })

  test('from somebody without the secret don’t use up the room of who has it', async () => {
    const { url, secret } = await guarded({
      verify: 'token',
      header: 'X-Token',
      ratePerMinute: 12,
    })
    for (let sent = 0; sent < 10; sent++)
      expect((await send(url, { 'x-token': 'wrong' })).status).toBe(401)
    expect((await send(url, { 'x-token': secret })).status).toBe(202)
  })

  test('to all webhooks of a workspace together are limited by the installation, however many processes take them', async () => {
    const env = { WEFT_WEBHOOK_RATE: '60', WEFT_CLIENT_ADDRESS_HEADER: 'X-Forwarded-For' }
    const there = await FunctionsProcess.start(office.stack, 'functions', env)
    const elsewhere = await FunctionsProcess.start(office.stack, 'functions', env)
    const one = await office.liveWebhook(row(webhook()))
    const other = await office.liveWebhook(row(webhook({ allowFrom: '203.0.113.0/24' })))
    const at = ({ url }: FunctionsProcess, address: string) =>
      `${url}/webhook/${address.split('/').at(-1) ?? ''}`
    const proxied = { 'x-forwarded-for': '6.6.6.6, 203.0.113.7' }
    const began = performance.now()
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => [
        send(at(there, one.url)),
        send(at(elsewhere, one.url)),
        send(at(elsewhere, other.url), proxied),
      ]).flat(),
    )
    const taken = answers.filter(({ status }) => status === 202).length
    // A sixth of sixty may come at once, and one more each second.
    expect(taken).toBeGreaterThanOrEqual(10)
    expect(taken).toBeLessThanOrEqual(10 + Math.ceil((performance.now() - began) / 1000))
    const late = await send(at(there, one.url))
    expect([late.status, late.headers.get('retry-after')]).toEqual([429, '1'])
    const forged = { 'x-forwarded-for': '203.0.113.7, 6.6.6.6' }
    expect((await send(at(there, other.url), forged)).status).toBe(403)
    await Promise.all([there.stop(), elsewhere.stop()])
  })
})

test('a body is not read further than it may be, whatever its length is said to be', async () => {
  const { workflow, url } = await office.liveWebhook(row(webhook({ maxBodyKb: 16 })))
  const sent = await new Promise<{ bytes: number; status: number }>((resolve) => {
    const outgoing = request(url, {
      method: 'POST',
      // Both at once: what counts is the way it's sent in.
      headers: { ...JSON_TYPE, 'transfer-encoding': 'chunked', 'content-length': '10' },
    })
    let bytes = 0
    let over = false
    outgoing.on('response', (answer) => {
      over = true
      answer.resume()
      resolve({ bytes, status: answer.statusCode ?? 0 })
    })
    // Hung up on while it was still sending, it may not get to read why.
    outgoing.on('error', () => {
      over = true
      resolve({ bytes, status: 0 })
    })
    const chunk = Buffer.alloc(64 * 1024, ' ')
    const push = () => {
      if (over || bytes > 64 * 1024 * 1024) return
      bytes += chunk.length
      if (outgoing.write(chunk)) setImmediate(push)
      else outgoing.once('drain', push)
    }
    push()
  })
  expect([0, 400, 413]).toContain(sent.status)
  expect(sent.bytes).toBeLessThan(16 * 1024 * 1024)
  expect(await office.executions(workflow)).toBe(0)
})

test('a key of the installation is replaced: webhooks’ secrets are encrypted anew, those before them too', async () => {
  const { url, where, secret } = await guarded({ verify: 'standard' }, undefined)
  const replaced = await office.ask('webhooks/secret', {
    ...{ ...where, form: 'standard', keepOldHours: 1 },
  })
  const events = `public.audit_entries where action like 'webhook.%'`
  const recorded = await office.count(events, [])
  const oldKey = office.stack.functionsEnv['WEFT_SECRETS_KEY'] ?? ''
  const newKey = randomBytes(32).toString('base64')
  const [both, onlyNew] = [new Secrets(`${newKey},${oldKey}`), new Secrets(newKey)]
  const token = url.slice(url.lastIndexOf('/') + 1)
  const pool = new Pool(office.stack.engineDatabaseUrl, 1)
  // Without the old key nothing is touched, rather than lost.
  expect(await resealWebhookSecrets(pool, onlyNew)).toBe(0)
  for (let n = 1; n > 0;) n = await resealWebhookSecrets(pool, both, 2)
  const { rows } = await office.db.query<{
    now_key: string
    now: Uint8Array
    before_key: string
    before: Uint8Array
  }>(
    `select key_id as now_key, ciphertext as now, previous_key_id as before_key, previous_ciphertext as before
     from private.webhook_secrets where token = $1`,
    [token],
  )
  const opened = rows.map((row) => [
    onlyNew.open({ keyId: row.now_key, ciphertext: row.now }, token),
    onlyNew.open({ keyId: row.before_key, ciphertext: row.before }, token),
  ])
  expect(opened).toEqual([[replaced.body['secret'], secret]])
  // Nobody did anything to it.
  expect(await office.count(events, [])).toBe(recorded)
  // The functions still hold the old key only: given back, as the next test wants it.
  for (let n = 1; n > 0;) n = await resealWebhookSecrets(pool, new Secrets(`${oldKey},${newKey}`))
  expect((await send(url, standard(secret, 'msg_after'))).status).toBe(202)
  await pool.close()
})
