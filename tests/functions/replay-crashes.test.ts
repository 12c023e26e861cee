import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { request, row, webhook } from './drawing.ts'
import { FunctionsProcess } from './functions-process.ts'
import { Office } from './office.ts'

let office: Office
let server: Server
let outside: string
const asked: string[] = []
let refuses = true
const processes: FunctionsProcess[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const fails = refuses && path.startsWith('/second')
    response.writeHead(fails ? 400 : 200, { 'content-type': 'application/json' })
    response.end('{"ok": true}')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  outside = `http://127.0.0.1:${port}`
  // Workers are started by the test, one by one.
  office = await Office.open({ worker: 0, allowPrivateHosts: [`127.0.0.1:${port}`] })
})
afterAll(async () => {
  await office.close()
  server.closeAllConnections()
  server.close()
})
afterEach(async () => {
  await Promise.all(processes.splice(0).map((one) => one.kill()))
})

async function worker(): Promise<FunctionsProcess> {
  const started = await FunctionsProcess.start(office.stack, 'worker')
  processes.push(started)
  return started
}

test('many replays survive the death of the worker that begins them, and none is made twice', async () => {
  const { url, workflow } = await office.liveWebhook(
    row(
      webhook(),
      request('first', `${outside}/first/{{ trigger.body.n }}`, 'POST'),
      request('second', `${outside}/second/{{ trigger.body.n }}`, 'POST'),
    ),
  )
  const ids: string[] = []
  for (const n of [0, 1, 2]) ids.push(String((await office.send(url, { n })).body['execution']))
  for (const id of ids) expect((await office.until(id)).status).toBe('failed')
  refuses = false
  const dying = await worker()
  dying.stopAt('claim:after-commit')
  expect((await office.ask('executions/replay', { executions: ids })).body).toMatchObject({
    queued: 3,
  })

  await dying.reached('claim:after-commit')
  await dying.kill()
  // Its lease and its jobs run out now, instead of in 15 and 60 seconds.
  await office.db.query(
    `update public.executions set lease_until = now() - interval '1 second' where status = 'running'`,
  )
  await office.db.query(
    `update pgboss.job set state = 'retry', start_after = now() where name = 'replay' and state = 'active'`,
  )
  await worker()
  const succeeded = () =>
    office.count(`public.executions where workflow_id = $1 and status = 'succeeded'`, [workflow])
  await expect.poll(succeeded, { timeout: 20_000 }).toBe(3)
  expect(await office.executions(workflow)).toBe(6)
  expect(asked.filter((path) => path.startsWith('/first')).sort()).toEqual([
    ...['/first/0', '/first/1', '/first/2'],
  ])
  expect(asked.filter((path) => path.startsWith('/second'))).toHaveLength(6)
})

test('a replay that has failed before its job comes again is not made a second time', async () => {
  refuses = true
  const { url, workflow } = await office.liveWebhook(
    row(webhook(), request('second', `${outside}/second/again`, 'POST')),
  )
  const id = String((await office.send(url)).body['execution'])
  expect((await office.until(id)).status).toBe('failed')
  const dying = await worker()
  dying.stopAt('claim:after-commit')
  await office.ask('executions/replay', { executions: [id] })
  await dying.reached('claim:after-commit')
  await dying.kill()
  await office.db.query(
    `update public.executions set lease_until = now() - interval '1 second' where status = 'running'`,
  )
  await worker()
  const failed = () =>
    office.count(`public.executions where workflow_id = $1 and status = 'failed'`, [workflow])
  await expect.poll(failed, { timeout: 20_000 }).toBe(2)
  await office.db.query(
    `update pgboss.job set state = 'retry', start_after = now() where name = 'replay' and state = 'active'`,
  )
  await expect
    .poll(() => office.count(`pgboss.job where name = 'replay'`), { timeout: 20_000 })
    .toBe(0)
  expect(await office.executions(workflow)).toBe(2)
})
