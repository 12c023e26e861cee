import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { delay, respond, row, set, stop, webhook } from './drawing.ts'
import { Office } from './office.ts'

let office: Office

beforeAll(async () => {
  office = await Office.open({ worker: 1 })
})
afterAll(() => office.close())

const greeting = set('greet', { text: 'Hello {{ steps.hook.body.name }}' })

/** Sends as given; the refusal's code, and whether an execution came of it. */
async function refusal(workflow: string, url: string, init: RequestInit) {
  const answer = await office.send(url, {}, init)
  expect(Object.keys(answer.body).sort()).toEqual(['code', 'detail', 'hint', 'title'])
  expect(await office.executions(workflow)).toBe(0)
  return { status: answer.status, code: answer.body['code'] }
}

describe('a webhook that answers at once', () => {
  test('answers 202 with the id of an execution that then runs to its end', async () => {
    const { url } = await office.liveWebhook(row(webhook(), greeting))
    const answer = await office.send(url, { name: 'Ada' })
    expect(answer).toMatchObject({ status: 202, body: { execution: expect.any(String) } })
    const seen = await office.until(answer.body['execution'])
    expect(seen.status).toBe('succeeded')
    expect(seen.steps.map((step) => [step.node_id, step.status])).toEqual([
      ['hook', 'succeeded'],
      ['greet', 'succeeded'],
    ])
    expect(seen.steps[1]?.output).toEqual({ text: 'Hello Ada' })
  })

  test('is reached through the gateway as well, without an account', async () => {
    const { url } = await office.liveWebhook(row(webhook(), greeting))
    const token = url.split('/').at(-1) ?? ''
    const answer = await office.send(
      `${office.stack.apiUrl}/functions/v1/webhook/${token}?from=outside`,
      { name: 'Bo' },
    )
    expect(answer.status).toBe(202)
    const seen = await office.until(answer.body['execution'])
    expect(seen.trigger_data).toMatchObject({
      method: 'POST',
      query: { from: 'outside' },
      body: { name: 'Bo' },
      headers: { 'content-type': 'application/json' },
    })
  })

  test.each([
    [
      'a form',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'name=Ada&tag=a&tag=b',
      { name: 'Ada', tag: ['a', 'b'] },
    ],
    ['text', { 'content-type': 'text/plain' }, 'just words', 'just words'],
    ['JSON of another kind', { 'content-type': 'application/vnd.api+json' }, '[1,2]', [1, 2]],
    ['something without a type', { 'content-type': '' }, '{"a":1}', { a: 1 }],
    [
      'a NUL and half a letter',
      { 'content-type': 'application/json' },
      '{"a":"x\\u0000y\\ud800z"}',
      { a: 'x�y�z' },
    ],
    [
      'a name that means something to JavaScript',
      { 'content-type': 'application/json' },
      '{"__proto__":{"a":1}}',
      JSON.parse('{"__proto__":{"a":1}}'),
    ],
  ])('takes %s', async (_, headers, body, expected) => {
    const { url } = await office.liveWebhook(row(webhook()))
    const answer = await office.send(url, {}, { headers, body })
    expect(answer.status).toBe(202)
    const seen = await office.until(answer.body['execution'])
    expect((seen.trigger_data as { body: unknown }).body).toEqual(expected)
  })

  test('takes GET and PUT where it is set to', async () => {
    const { url } = await office.liveWebhook(row(webhook({ methods: 'any' })))
    expect((await office.send(`${url}?a=1`, {}, { method: 'GET', body: null })).status).toBe(202)
    expect((await office.send(url, { a: 1 }, { method: 'PUT' })).status).toBe(202)
  })

  test('takes a form with files, without their content', async () => {
    const { url } = await office.liveWebhook(row(webhook()))
    const form = new FormData()
    form.set('name', 'Ada')
    form.set('photo', new File(['12345'], 'ada.png', { type: 'image/png' }))
    const answer = await office.send(url, {}, { headers: {}, body: form })
    const seen = await office.until(answer.body['execution'])
    expect(seen.trigger_data).toMatchObject({
      body: { name: 'Ada', photo: { name: 'ada.png', type: 'image/png', size: 5 } },
    })
  })
})

describe('a webhook that waits for the result', () => {
  const waiting = webhook({ respond: 'result' })

  test('answers when the workflow is done', async () => {
    const { url } = await office.liveWebhook(row(waiting, greeting))
    const answer = await office.send(url, { name: 'Ada' })
    expect(answer).toMatchObject({ status: 200, body: { status: 'succeeded' } })
    expect((await office.seen(answer.body['execution'])).status).toBe('succeeded')
  })

  test('answers what the workflow says', async () => {
    const { url } = await office.liveWebhook(
      row(
        waiting,
        respond('answer', {
          status: 201,
          body: 'Thanks, {{ steps.hook.body.name }}',
          headers: [
            { name: 'X-Mine', value: 'yes' },
            { name: 'Set-Cookie', value: 'a=b' },
          ],
        }),
      ),
    )
    const answer = await office.send(url, { name: 'Ada' })
    expect(answer).toMatchObject({ status: 201, text: 'Thanks, Ada' })
    expect(answer.headers.get('x-mine')).toBe('yes')
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/)
  })

  test('says so when the workflow fails', async () => {
    const { url } = await office.liveWebhook(row(waiting, stop('no', 'Nothing to see here')))
    const answer = await office.send(url)
    expect(answer).toMatchObject({
      status: 500,
      body: { status: 'failed', error: { code: 'workflow.stopped' } },
    })
  })

  test('answers 202 when the workflow goes to sleep', async () => {
    const { url } = await office.liveWebhook(row(waiting, delay('nap', 3600)))
    expect(await office.send(url)).toMatchObject({ status: 202, body: { status: 'waiting' } })
  })
})

describe('a request that is refused creates no execution', () => {
  test('with a token that nobody has', async () => {
    const { workflow } = await office.liveWebhook(row(webhook()))
    const unknown = `${office.stack.functionsUrl}/webhook/${'0'.repeat(64)}`
    expect(await refusal(workflow, unknown, {})).toEqual({
      status: 404,
      code: 'webhook.unknown_address',
    })
    const malformed = `${office.stack.functionsUrl}/webhook/short`
    expect(await refusal(workflow, malformed, {})).toEqual({
      status: 404,
      code: 'webhook.unknown_address',
    })
  })

  test('by a method that it does not take', async () => {
    const { workflow, url } = await office.liveWebhook(row(webhook({ methods: 'PUT' })))
    expect(await refusal(workflow, url, {})).toEqual({ status: 405, code: 'webhook.wrong_method' })
    expect((await office.send(url)).headers.get('allow')).toBe('PUT')
  })

  test('to a workflow that was never published', async () => {
    const workflow = await office.workflow()
    const url = await office.address(workflow)
    expect(await refusal(workflow, url, {})).toEqual({ status: 404, code: 'webhook.not_published' })
  })

  test('to a workflow that was paused, from that moment on; resumed, it takes requests again', async () => {
    const { workflow, url } = await office.liveWebhook(row(webhook()))
    expect((await office.send(url)).status).toBe(202)
    await office.rpc('pause_workflow', { p_workflow: workflow })
    expect(await office.send(url)).toMatchObject({
      status: 404,
      body: { code: 'webhook.not_published' },
    })
    await office.rpc('resume_workflow', { p_workflow: workflow })
    expect((await office.send(url)).status).toBe(202)
    expect(await office.executions(workflow)).toBe(2)
  })

  test('with more than it takes, announced or not', async () => {
    const { workflow, url } = await office.liveWebhook(row(webhook({ maxBodyKb: 1 })))
    const body = JSON.stringify({ text: 'x'.repeat(2000) })
    expect(await refusal(workflow, url, { body })).toEqual({
      status: 413,
      code: 'request.too_large',
    })
    expect(await statusOfChunked(url, body)).toBe(413)
    expect(await office.executions(workflow)).toBe(0)
  })

  test.each([
    ['JSON that is none', 'application/json', '{"a":', 400, 'webhook.unreadable_body'],
    [
      'text that is no text',
      'text/plain',
      Buffer.from([0xff, 0xfe, 0x80]),
      400,
      'webhook.unreadable_body',
    ],
    [
      'data without a bottom',
      'application/json',
      `${'['.repeat(5000)}${']'.repeat(5000)}`,
      400,
      'webhook.too_deep',
    ],
    ['a picture', 'image/png', 'x', 415, 'webhook.unknown_kind'],
  ])('with %s', async (_, type, body, status, code) => {
    const { workflow, url } = await office.liveWebhook(row(webhook()))
    expect(await refusal(workflow, url, { headers: { 'content-type': type }, body })).toEqual({
      status,
      code,
    })
  })
})

describe('a webhook that checks its sender', () => {
  const body = '{"name": "Ada"}'
  const headers = (more: Record<string, string>) => ({
    headers: { 'content-type': 'application/json', ...more },
    body,
  })
  const signed = (secret: string, text = body) =>
    createHmac('sha256', secret).update(text).digest('hex')

  async function guarded(config: Record<string, unknown>) {
    const made = await office.liveWebhook(row(webhook(config)))
    const set = await office.ask('webhooks/secret', { workflow: made.workflow, node: 'hook' })
    expect(set).toMatchObject({
      status: 200,
      body: { secret: expect.stringMatching(/^[0-9a-f]{64}$/) },
    })
    return { ...made, secret: String(set.body['secret']) }
  }

  test('by a secret in a header, refuses everything else, and keeps the secret out of the data', async () => {
    const { workflow, url, secret } = await guarded({ verify: 'token', header: 'X-Token' })
    const no = { status: 401, code: 'webhook.wrong_secret' }
    expect(await refusal(workflow, url, headers({}))).toEqual(no)
    expect(await refusal(workflow, url, headers({ 'x-token': 'wrong' }))).toEqual(no)
    expect(await refusal(workflow, url, headers({ 'x-token': `${secret}x` }))).toEqual(no)
    const answer = await office.send(url, {}, headers({ 'x-token': secret }))
    expect(answer.status).toBe(202)
    expect(JSON.stringify(await office.until(answer.body['execution']))).not.toContain(secret)
  })

  test('by a signature of the body, in hex, as GitHub writes it, or in base64', async () => {
    const { workflow, url, secret } = await guarded({
      verify: 'hmac',
      header: 'X-Hub-Signature-256',
    })
    const no = { status: 401, code: 'webhook.bad_signature' }
    expect(await refusal(workflow, url, headers({}))).toEqual(no)
    expect(
      await refusal(workflow, url, headers({ 'x-hub-signature-256': signed('another') })),
    ).toEqual(no)
    expect(
      await refusal(workflow, url, headers({ 'x-hub-signature-256': signed(secret, `${body} `) })),
    ).toEqual(no)
    for (const signature of [
      signed(secret),
      `sha256=${signed(secret)}`,
      Buffer.from(signed(secret), 'hex').toString('base64'),
    ]) {
      expect(
        (await office.send(url, {}, headers({ 'x-hub-signature-256': signature }))).status,
      ).toBe(202)
    }
  })

  test('refuses all while no secret is set, and again once it is removed', async () => {
    const { workflow, url } = await office.liveWebhook(row(webhook({ verify: 'token' })))
    const no = { status: 401, code: 'webhook.no_secret_set' }
    expect(await refusal(workflow, url, headers({ 'x-webhook-signature': '' }))).toEqual(no)
    const where = { workflow, node: 'hook' }
    await office.ask('webhooks/secret', { ...where, secret: 'correct horse' })
    const right = headers({ 'x-webhook-signature': 'correct horse' })
    await expect
      .poll(async () => (await office.send(url, {}, right)).status, { timeout: 3000 })
      .toBe(202)
    await office.ask('webhooks/secret', where, 'DELETE')
    await expect
      .poll(async () => (await office.send(url, {}, right)).status, { timeout: 3000 })
      .toBe(401)
  })

  test('keeps its secret where nobody can read it', async () => {
    const { workflow, secret } = await guarded({ verify: 'token' })
    const stored = await office.db.query<{ all: string }>(
      `select string_agg(t::text, '') as all from (select s.* from private.webhook_secrets s) t`,
    )
    expect(stored.rows[0]?.all).not.toContain(secret)
    expect(stored.rows[0]?.all).not.toContain(Buffer.from(secret).toString('hex'))
    const { data } = await office.person.client
      .from('webhook_endpoints')
      .select('*')
      .eq('workflow_id', workflow)
    expect(data).toMatchObject([{ has_secret: true }])
    expect(JSON.stringify(data)).not.toContain(secret)
  })

  test('lets nobody set its secret but editors of its workspace', async () => {
    const { workflow } = await office.liveWebhook(row(webhook()))
    const stranger = await office.neighbour()
    expect(await stranger.ask('webhooks/secret', { workflow, node: 'hook' })).toMatchObject({
      status: 403,
      body: { code: 'api.not_allowed' },
    })
  })
})

/** Sends a body in pieces, without saying beforehand how long it is. */
function statusOfChunked(url: string, body: string): Promise<number> {
  const { hostname, port, pathname, host } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
      )
      socket.write(`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`)
    })
    socket.once('data', (chunk) => {
      resolve(Number(chunk.toString().slice(9, 12)))
      socket.destroy()
    })
    socket.once('error', reject)
  })
}
