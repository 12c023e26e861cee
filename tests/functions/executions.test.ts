import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { create, delay, email, manual, request, row, set, stop, webhook } from './drawing.ts'
import { Office } from './office.ts'

let office: Office
let server: Server
let port: number
/** How often the outside world was asked, by path, and with which keys. */
const asked = new Map<string, string[]>()

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? ''
    const keys = asked.get(path) ?? []
    asked.set(path, [...keys, String(request.headers['idempotency-key'])])
    if (path === '/slow') return
    response.writeHead(path === '/once-broken' && keys.length === 0 ? 500 : 200, {
      'content-type': 'application/json',
    })
    response.end('{"ok": true}')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  port = (server.address() as AddressInfo).port
  office = await Office.open({ worker: 1, allowPrivateHosts: [`127.0.0.1:${port}`] })
})
afterAll(async () => {
  await office.close()
  server.closeAllConnections()
  server.close()
})

const outside = (path: string) => `http://127.0.0.1:${port}${path}`

/** Runs a definition by hand, as "Run" in the builder does: saved as a test version, started with data. */
async function run(definition: unknown, data: unknown = {}) {
  const workflow = await office.workflow()
  const version = await office.rpc<string>('save_test_version', {
    p_workflow: workflow,
    p_definition: definition,
  })
  const answer = await office.ask('executions', { workflow, version, node: 'start', data })
  return { workflow, version, answer, execution: String(answer.body['execution']) }
}

const status = (steps: { node_id: string; status: string; superseded: boolean }[]) =>
  steps.filter((step) => !step.superseded).map((step) => `${step.node_id} ${step.status}`)

describe('running by hand', () => {
  test('starts a test version with the data that was typed in', async () => {
    const { answer, execution } = await run(
      row(manual, set('a', { hello: '{{ trigger.name }}' })),
      { name: 'Ada' },
    )
    expect(answer.status).toBe(202)
    const seen = await office.until(execution)
    expect(seen).toMatchObject({ status: 'succeeded', mode: 'test', trigger_data: { name: 'Ada' } })
    expect(seen.steps[1]?.output).toEqual({ hello: 'Ada' })
  })

  test('starts a published version as a live execution', async () => {
    const { workflow, version } = await office.live(row(manual, set('a', { b: 1 })))
    const answer = await office.ask('executions', { workflow, version, node: 'start' })
    expect(await office.until(answer.body['execution'])).toMatchObject({
      mode: 'live',
      status: 'succeeded',
    })
  })

  test('needs somebody who is signed in', async () => {
    const response = await fetch(`${office.stack.functionsUrl}/api/executions`, {
      method: 'POST',
      body: '{}',
    })
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
      401,
      'api.sign_in',
    ])
  })

  test('is refused to people of another workspace, who cannot even tell that the workflow exists', async () => {
    const { workflow, version } = await office.live(row(manual))
    const stranger = await office.neighbour()
    const answer = await stranger.ask('executions', { workflow, version, node: 'start' })
    expect(answer).toMatchObject({ status: 404, body: { code: 'api.not_found' } })
    expect(await office.executions(workflow)).toBe(0)
  })

  test('is refused to viewers', async () => {
    const { workflow, version } = await office.live(row(manual))
    const viewer = await office.neighbour()
    await office.db.query(
      `insert into public.members (workspace_id, user_id, role) values ($1, $2, 'viewer')`,
      [office.workspace, viewer.person.id],
    )
    const answer = await viewer.ask('executions', { workflow, version, node: 'start' })
    expect(answer).toMatchObject({ status: 403, body: { code: 'api.not_allowed' } })
  })

  test('at something that is no trigger is refused', async () => {
    const { workflow, version } = await office.live(row(manual, set('a', {})))
    expect(await office.ask('executions', { workflow, version, node: 'a' })).toMatchObject({
      status: 409,
      body: { code: 'api.no_such_trigger' },
    })
    expect(await office.ask('executions', { workflow })).toMatchObject({ status: 400 })
    expect(await office.ask('nowhere')).toMatchObject({ status: 404 })
  })
})

describe('a delay', () => {
  test('holds nothing while it lasts, and is ended by pg-boss', async () => {
    const { execution } = await run(row(manual, delay('nap', 1), set('a', { b: 1 })))
    await office.until(execution, ['waiting'])
    expect(
      await office.count(`pgboss.job where name = 'resume' and data ->> 'execution' = $1`, [
        execution,
      ]),
    ).toBe(1)
    const seen = await office.until(execution)
    expect(seen.status).toBe('succeeded')
    expect(status(seen.steps)).toEqual(['start succeeded', 'nap succeeded', 'a succeeded'])
    expect(await office.count(`pgboss.job where data ->> 'execution' = $1`, [execution])).toBe(0)
  })

  test('can be cancelled, and then stays so', async () => {
    const { execution } = await run(row(manual, delay('nap', 2), set('a', { b: 1 })))
    await office.until(execution, ['waiting'])
    expect(await office.ask(`executions/${execution}/cancel`)).toMatchObject({
      status: 200,
      body: { status: 'cancelled' },
    })
    await new Promise((done) => setTimeout(done, 3000))
    const seen = await office.seen(execution)
    expect(seen.status).toBe('cancelled')
    expect(status(seen.steps)).toEqual(['start succeeded', 'nap cancelled'])
  })

  test('ends for many executions that are due at once', async () => {
    const { url, workflow } = await office.liveWebhook(
      row(webhook(), delay('nap', 1), set('a', { b: 1 })),
    )
    await Promise.all(Array.from({ length: 60 }, () => office.send(url)))
    await expect
      .poll(
        () =>
          office.count(`public.executions where workflow_id = $1 and status = 'succeeded'`, [
            workflow,
          ]),
        {
          timeout: 15_000,
        },
      )
      .toBe(60)
  })
})

describe('cancelling', () => {
  test('an execution that is busy outside stops it soon', async () => {
    const { execution } = await run(
      row(manual, request('ask', outside('/slow')), set('a', { b: 1 })),
    )
    await expect.poll(() => asked.has('/slow')).toBe(true)
    await office.ask(`executions/${execution}/cancel`)
    const seen = await office.until(execution, undefined, 15_000)
    expect(seen.status).toBe('cancelled')
  })

  test('is refused to people of another workspace', async () => {
    const { execution } = await run(row(manual, delay('nap', 3600)))
    await office.until(execution, ['waiting'])
    const stranger = await office.neighbour()
    expect((await stranger.ask(`executions/${execution}/cancel`)).status).toBe(403)
    expect((await office.seen(execution)).status).toBe('waiting')
  })
})

describe('retrying from the failed step', () => {
  test('keeps what was done and does the failed step again', async () => {
    const pipeline = await office.pipeline()
    const { execution } = await run(
      row(
        manual,
        create('made', pipeline, { name: 'Ada' }),
        request('ask', outside('/once-broken')),
        set('a', { b: 1 }),
      ),
    )
    expect(await office.until(execution)).toMatchObject({
      status: 'failed',
      error: { code: 'http.status_500' },
    })
    expect((await office.ask(`executions/${execution}/retry`)).status).toBe(202)
    const seen = await office.until(execution, ['succeeded'])
    expect(status(seen.steps)).toEqual([
      'start succeeded',
      'made succeeded',
      'ask succeeded',
      'a succeeded',
    ])
    expect(await office.count('public.records where pipeline_id = $1', [pipeline])).toBe(1)
    // The same key both times: the other side can tell that it is the same step.
    expect(new Set(asked.get('/once-broken')).size).toBe(1)
  })

  test('is refused for one that succeeded', async () => {
    const { execution } = await run(row(manual))
    await office.until(execution)
    expect(await office.ask(`executions/${execution}/retry`)).toMatchObject({
      status: 409,
      body: { code: 'api.not_possible' },
    })
  })
})

describe('replaying', () => {
  test('makes a new execution with the same data, on the same version or the newest', async () => {
    const { workflow, version, url } = await office.liveWebhook(row(webhook(), set('a', { n: 1 })))
    const first = await office.send(url, { name: 'Ada' })
    await office.until(first.body['execution'])
    const newest = await office.publish(workflow, row(webhook(), set('a', { n: 2 })))
    const replay = (which: string) =>
      office.ask(`executions/${String(first.body['execution'])}/replay`, { version: which })

    const same = await office.until((await replay('same')).body['execution'])
    expect(same).toMatchObject({
      status: 'succeeded',
      version_id: version,
      replay_of: first.body['execution'],
    })
    expect(same.trigger_data).toMatchObject({ body: { name: 'Ada' } })
    const latest = await office.until((await replay('latest')).body['execution'])
    expect(latest).toMatchObject({ status: 'succeeded', version_id: newest })
    expect(latest.steps[1]?.output).toEqual({ n: 2 })
  })

  test('is refused to people of another workspace', async () => {
    const { workflow, url } = await office.liveWebhook(row(webhook()))
    const { body } = await office.send(url)
    await office.until(body['execution'])
    const stranger = await office.neighbour()
    expect((await stranger.ask(`executions/${String(body['execution'])}/replay`)).status).toBe(404)
    expect((await stranger.ask(`executions/${String(body['execution'])}/retry`)).status).toBe(403)
    expect(await office.executions(workflow)).toBe(1)
  })
})

describe('steps that act', () => {
  test('an e-mail arrives in the mailbox', async () => {
    const { execution } = await run(
      row(manual, email('write', 'ada@example.org', 'Hello {{ trigger.name }}')),
      {
        name: 'Ada',
      },
    )
    expect(await office.until(execution)).toMatchObject({ status: 'succeeded', error: null })
    const { messages } = (await (
      await fetch(`${office.stack.mailboxUrl}/api/messages?to=ada@example.org`)
    ).json()) as { messages: { subject: string }[] }
    expect(messages.map((message) => message.subject)).toEqual(['Hello Ada'])
  })

  test('a private address is refused by the HTTP step, also behind a name', async () => {
    for (const url of ['http://127.0.0.1:1/', 'http://localhost:1/', 'http://[::1]:1/']) {
      const { execution } = await run(row(manual, request('ask', url)))
      expect(await office.until(execution)).toMatchObject({
        status: 'failed',
        error: { code: 'http.private_address' },
      })
    }
  })

  test('a record that does not fit the pipeline is refused, and says which field', async () => {
    const pipeline = await office.pipeline()
    const { execution } = await run(row(manual, create('made', pipeline, { nickname: 'Ada' })))
    expect(await office.until(execution)).toMatchObject({
      status: 'failed',
      error: {
        code: expect.stringMatching(/^records\./),
        detail: expect.stringContaining('nickname'),
      },
    })
    expect(await office.count('public.records where pipeline_id = $1', [pipeline])).toBe(0)
  })

  test('a pipeline of another workspace is not there', async () => {
    const theirs = await (await office.neighbour()).pipeline()
    const { execution } = await run(row(manual, create('made', theirs, { name: 'Ada' })))
    expect(await office.until(execution)).toMatchObject({
      status: 'failed',
      error: { code: expect.stringMatching(/^records\..*pipeline/) },
    })
    expect(await office.count('public.records where pipeline_id = $1', [theirs])).toBe(0)
  })

  test('a workflow that stops itself says why', async () => {
    const { execution } = await run(row(manual, stop('no', 'The order has no lines')))
    expect(await office.until(execution)).toMatchObject({
      status: 'failed',
      error: { code: 'workflow.stopped', detail: 'The order has no lines' },
    })
  })
})
