import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { delay, manual, request, row, set, webhook } from './drawing.ts'
import { FunctionsProcess } from './functions-process.ts'
import { Office } from './office.ts'

let office: Office
let server: Server
let outside: string
/** Requests that the outside world is busy with, and the most there ever were at once. */
let busy = 0
let most = 0
/** In which order they came. */
const order: string[] = []
/** Answers that are held back until the test lets them go. */
const held: (() => void)[] = []
const processes: FunctionsProcess[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? ''
    order.push(path)
    most = Math.max(most, ++busy)
    const respond = () => {
      busy--
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end('{"ok": true}')
    }
    if (path.startsWith('/held')) held.push(respond)
    else setTimeout(respond, 20)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  outside = `http://127.0.0.1:${port}`
  office = await Office.open({ worker: 1, allowPrivateHosts: [`127.0.0.1:${port}`] })
})
afterAll(async () => {
  await office.close()
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  busy = most = 0
  order.length = held.length = 0
})
afterEach(async () => {
  await Promise.all(processes.splice(0).map((one) => one.kill()))
})

/** A live webhook that asks the outside once, under limits. */
const limited = (settings: object, path = '/quick/{{ trigger.body.n }}') =>
  office.liveWebhook({ ...row(webhook(), request('ask', `${outside}${path}`)), settings })

const ended = (workflow: string, status = 'succeeded') =>
  office.count('public.executions where workflow_id = $1 and status::text = $2', [workflow, status])

const statusOf = async (answer: { body: Record<string, unknown> }) =>
  (await office.seen(answer.body['execution'])).status

describe('at most so many at once', () => {
  test('holds for many that come together, from several processes, and all of them run', async () => {
    const { url, workflow } = await limited({ maxConcurrency: 3 })
    const others = await Promise.all(
      [1, 2].map(() => FunctionsProcess.start(office.stack, 'functions')),
    )
    processes.push(...others)
    const token = url.split('/').at(-1) ?? ''
    const urls = [url, ...others.map((other) => `${other.url}/webhook/${token}`)]
    const answers = await Promise.all(
      Array.from({ length: 90 }, (_, n) => office.send(urls[n % 3] ?? url, { n })),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    await expect.poll(() => ended(workflow), { timeout: 30_000 }).toBe(90)
    expect(most).toBe(3)
    expect(order).toHaveLength(90)
  })

  test('lets the next one in exactly when one ends, in the order in which they came', async () => {
    const { url } = await limited({ maxConcurrency: 1 }, '/held/{{ trigger.body.n }}')
    const first = await office.send(url, { n: 0 })
    await expect.poll(() => held.length).toBe(1)
    const waiting = []
    for (let n = 1; n < 5; n++) waiting.push(await office.send(url, { n }))
    expect(first.body).not.toHaveProperty('status')
    expect(waiting.map(({ body }) => body['status'])).toEqual([
      'queued',
      'queued',
      'queued',
      'queued',
    ])
    for (let n = 0; n < 5; n++) {
      await expect.poll(() => held.length, { timeout: 5000 }).toBe(n + 1)
      held[n]?.()
    }
    expect(order).toEqual(['/held/0', '/held/1', '/held/2', '/held/3', '/held/4'])
  })

  test('counts executions that wait, and gives way when one is cancelled', async () => {
    const { url } = await office.liveWebhook({
      ...row(webhook(), delay('nap', 3600)),
      settings: { maxConcurrency: 1 },
    })
    const first = await office.send(url)
    await office.until(first.body['execution'], ['waiting'])
    const second = await office.send(url)
    expect(await statusOf(second)).toBe('queued')
    await office.ask(`executions/${String(first.body['execution'])}/cancel`)
    await office.until(second.body['execution'], ['waiting'], 10_000)
  })

  test('is looked after by the net when a process dies between an end and the next turn', async () => {
    const { url } = await limited({ maxConcurrency: 1 }, '/held/{{ trigger.body.n }}')
    const own = await FunctionsProcess.start(office.stack, 'functions')
    processes.push(own)
    const first = await office.send(`${own.url}/webhook/${url.split('/').at(-1)}`, { n: 0 })
    await expect.poll(() => held.length).toBe(1)
    const second = await office.send(url, { n: 1 })
    own.stopAt('checkpoint:after-commit')
    held[0]?.()
    await own.reached('checkpoint:after-commit')
    expect(await statusOf(first)).toBe('succeeded')
    await own.kill()
    await expect.poll(() => held.length, { timeout: 10_000 }).toBe(2)
    held[1]?.()
    await office.until(second.body['execution'])
  })

  test('is what the newest version says', async () => {
    const { url, workflow } = await limited({ maxConcurrency: 1 }, '/held')
    await office.send(url)
    await expect.poll(() => held.length).toBe(1)
    await Promise.all([office.send(url), office.send(url)])
    await office.publish(workflow, {
      ...row(webhook(), request('ask', `${outside}/held`)),
      settings: { maxConcurrency: 3 },
    })
    await expect.poll(() => held.length, { timeout: 10_000 }).toBe(3)
    for (const respond of held) respond()
  })

  test('counts for starts by hand and retries, but not for test runs', async () => {
    const drawing = {
      ...row(manual, request('ask', `${outside}/held`)),
      settings: { maxConcurrency: 1 },
    }
    const { workflow, version } = await office.live(drawing)
    const start = () => office.ask('executions', { workflow, version, node: 'start' })
    const first = await start()
    await expect.poll(() => held.length).toBe(1)
    const second = await start()
    expect(await statusOf(second)).toBe('queued')
    await office.ask(`executions/${String(second.body['execution'])}/cancel`)
    await office.ask(`executions/${String(second.body['execution'])}/retry`)
    expect(await statusOf(second)).toBe('queued')
    const trial = await office.rpc<string>('save_test_version', {
      p_workflow: workflow,
      p_definition: drawing,
    })
    await office.ask('executions', { workflow, version: trial, node: 'start' })
    await expect.poll(() => held.length).toBe(2)
    held[0]?.()
    await office.until(first.body['execution'])
    await expect.poll(() => held.length, { timeout: 5000 }).toBe(3)
    for (const respond of held.slice(1)) respond()
    await office.until(second.body['execution'])
  })
})

describe('what comes while as many are under way', () => {
  test('is left out when the workflow skips, and says so', async () => {
    const { url } = await limited({ maxConcurrency: 1, overlap: 'skip' }, '/held')
    await office.send(url)
    await expect.poll(() => held.length).toBe(1)
    const second = await office.send(url)
    expect(second).toMatchObject({ status: 202, body: { status: 'skipped' } })
    expect(await office.seen(second.body['execution'])).toMatchObject({
      status: 'cancelled',
      error: { code: 'execution.skipped' },
      steps: [],
    })
    held[0]?.()
    await expect.poll(async () => (await office.send(url)).body['status']).toBeUndefined()
    for (const respond of held.slice(1)) respond()
  })

  test('takes the place of what is under way when the workflow replaces', async () => {
    const { url } = await limited({ maxConcurrency: 1, overlap: 'replace' }, '/held')
    const first = await office.send(url)
    await expect.poll(() => held.length).toBe(1)
    const second = await office.send(url)
    const third = await office.send(url)
    expect((await office.until(first.body['execution'], undefined, 15_000)).status).toBe(
      'cancelled',
    )
    expect((await office.until(second.body['execution'])).status).toBe('cancelled')
    await office.until(third.body['execution'], ['running'], 15_000)
    // The second may have begun before the third came.
    const others = held.length
    await expect.poll(() => held.length).toBeGreaterThanOrEqual(Math.max(2, others))
    await new Promise((done) => setTimeout(done, 300))
    for (const respond of held.slice(1)) respond()
    expect((await office.until(third.body['execution'])).status).toBe('succeeded')
  })
})

describe('what is queued', () => {
  test('keeps large data', async () => {
    const { url } = await office.liveWebhook({
      ...row(
        webhook(),
        request('ask', `${outside}/held`),
        set('a', { n: '{{ trigger.body.t | size }}' }),
      ),
      settings: { maxConcurrency: 1 },
    })
    await office.send(url, { t: 'x' })
    await expect.poll(() => held.length).toBe(1)
    const second = await office.send(url, { t: 'x'.repeat(50_000) })
    expect(second.body['status']).toBe('queued')
    held[0]?.()
    await expect.poll(() => held.length).toBe(2)
    held[1]?.()
    const seen = await office.until(second.body['execution'])
    expect(seen.steps.at(-1)?.output).toEqual({ n: 50_000 })
  })
})

describe('so many within a time', () => {
  test('a webhook tells its sender to come later, and when', async () => {
    const { url, workflow } = await office.liveWebhook({
      ...row(webhook(), set('a', { b: 1 })),
      settings: { rateLimit: { count: 3, perSeconds: 4 } },
    })
    const answers = await Promise.all(Array.from({ length: 10 }, () => office.send(url)))
    const refused = answers.filter(({ status }) => status === 429)
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(3)
    expect(refused).toHaveLength(7)
    expect(refused[0]?.body['code']).toBe('webhook.too_many')
    const after = Number(refused[0]?.headers.get('retry-after'))
    expect(after).toBeGreaterThanOrEqual(1)
    expect(after).toBeLessThanOrEqual(4)
    expect(await office.executions(workflow)).toBe(3)
    await new Promise((done) => setTimeout(done, after * 1000 + 100))
    expect((await office.send(url)).status).toBe(202)
  })

  test('starts by hand wait until there is room', async () => {
    const { workflow, version } = await office.live({
      ...row(manual, set('a', { b: 1 })),
      settings: { rateLimit: { count: 2, perSeconds: 2 } },
    })
    await Promise.all(
      Array.from({ length: 5 }, () =>
        office.ask('executions', { workflow, version, node: 'start' }),
      ),
    )
    await new Promise((done) => setTimeout(done, 500))
    expect(await ended(workflow)).toBe(2)
    await expect.poll(() => ended(workflow), { timeout: 15_000 }).toBe(5)
    const { rows } = await office.db.query<{ at: number }>(
      `select extract(epoch from admitted_at)::float8 as at from public.executions where workflow_id = $1 order by 1`,
      [workflow],
    )
    const at = rows.map((one) => one.at)
    expect((at[2] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(2)
    expect((at[4] ?? 0) - (at[2] ?? 0)).toBeGreaterThanOrEqual(2)
  })
})
