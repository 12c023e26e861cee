import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { delay, manual, request, row, set } from './drawing.ts'
import { Office } from './office.ts'

let office: Office
let server: Server
let outside: string
/** Paths that the outside world was asked for. */
const asked: string[] = []
/** Answers that are held back until the test lets them go. */
const held: (() => void)[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const respond = () => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end('{"ok": true}')
    }
    if (path === '/held') held.push(respond)
    else respond()
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
  asked.length = 0
  held.length = 0
})

const pausing = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds))

async function run(definition: unknown): Promise<string> {
  const workflow = await office.workflow()
  const version = await office.rpc<string>('save_test_version', {
    p_workflow: workflow,
    p_definition: definition,
  })
  const { body } = await office.ask('executions', { workflow, version, node: 'start' })
  return String(body['execution'])
}

const control = (execution: string, what: string) => office.ask(`executions/${execution}/${what}`)

describe('pausing', () => {
  test('one that runs ends the step that is under way, and begins no other until it goes on', async () => {
    const execution = await run(
      row(manual, request('slow', `${outside}/held`), request('next', `${outside}/next`)),
    )
    await expect.poll(() => held.length).toBe(1)
    expect(await control(execution, 'pause')).toMatchObject({
      status: 200,
      body: { status: 'running' },
    })
    held[0]?.()
    const resting = await office.until(execution, ['waiting'])
    expect(resting.steps.map((step) => `${step.node_id} ${step.status}`)).toEqual([
      'start succeeded',
      'slow succeeded',
    ])
    await pausing(2500)
    expect((await office.seen(execution)).status).toBe('waiting')
    expect(asked).toEqual(['/held'])
    await control(execution, 'resume')
    expect((await office.until(execution)).status).toBe('succeeded')
    expect(asked).toEqual(['/held', '/next'])
  })

  test('reaches a run in another process within a second or so, and so does cancelling', async () => {
    const pair = [request('slow', `${outside}/held`), request('next', `${outside}/next`)] as const
    const [paused, cancelled] = await Promise.all([
      run(row(manual, ...pair)),
      run(row(manual, ...pair)),
    ])
    await expect.poll(() => held.length).toBe(2)
    // Said to the database alone: the process that runs them isn't told.
    await office.rpc('pause_execution', { p_execution: paused })
    await office.rpc('cancel_execution', { p_execution: cancelled })
    await office.until(cancelled, ['cancelled'], 2_000)
    await pausing(500)
    for (const respond of held) respond()
    expect((await office.until(paused, ['waiting'])).steps).toHaveLength(2)
    expect(asked).toEqual(['/held', '/held'])
    await office.rpc('resume_execution', { p_execution: paused })
    expect((await office.until(paused)).status).toBe('succeeded')
  })

  test('one that waits sleeps on past its time, and goes on at once when it may', async () => {
    const execution = await run(row(manual, delay('nap', 1), set('a', { b: 1 })))
    await office.until(execution, ['waiting'])
    await control(execution, 'pause')
    await pausing(3000)
    expect((await office.seen(execution)).status).toBe('waiting')
    await control(execution, 'resume')
    expect((await office.until(execution, undefined, 3000)).status).toBe('succeeded')
  })

  test('one that goes on before its time sleeps until then', async () => {
    const execution = await run(row(manual, delay('nap', 3), set('a', { b: 1 })))
    await office.until(execution, ['waiting'])
    await control(execution, 'pause')
    await control(execution, 'resume')
    await pausing(1000)
    expect((await office.seen(execution)).status).toBe('waiting')
    expect((await office.until(execution)).status).toBe('succeeded')
  })

  test('one that rests can be cancelled', async () => {
    const execution = await run(row(manual, delay('nap', 3600)))
    await office.until(execution, ['waiting'])
    await control(execution, 'pause')
    await control(execution, 'cancel')
    expect((await office.seen(execution)).status).toBe('cancelled')
    expect(await control(execution, 'resume')).toMatchObject({ status: 409 })
  })

  test('one that rests still runs out of time', async () => {
    const execution = await run({
      ...row(manual, delay('nap', 3600)),
      settings: { timeoutSeconds: 2 },
    })
    await office.until(execution, ['waiting'])
    await control(execution, 'pause')
    expect((await office.until(execution, undefined, 10_000)).status).toBe('timed_out')
  })

  test('one that rests after a retry has all of its time again', async () => {
    const execution = await run({
      ...row(manual, request('ask', `${outside}/held`)),
      settings: { timeoutSeconds: 6 },
    })
    expect((await office.until(execution, undefined, 20_000)).status).toBe('timed_out')
    await office.rpc('retry_execution', { p_execution: execution })
    await expect.poll(() => held.length, { timeout: 10_000 }).toBe(2)
    await control(execution, 'pause')
    held[1]?.()
    await control(execution, 'resume')
    expect((await office.until(execution)).status).toBe('succeeded')
  })

  test('is refused for one that is over, and to people of another workspace', async () => {
    const over = await run(row(manual))
    await office.until(over)
    expect(await control(over, 'pause')).toMatchObject({
      status: 409,
      body: { code: 'api.not_possible' },
    })
    const waits = await run(row(manual, delay('nap', 3600)))
    await office.until(waits, ['waiting'])
    expect(await control(waits, 'resume')).toMatchObject({ status: 409 })
    const stranger = await office.neighbour()
    expect((await stranger.ask(`executions/${waits}/pause`)).status).toBe(403)
  })

  test('one whose process died while it was to rest can be cancelled', async () => {
    const execution = await run(row(manual, delay('nap', 3_600)))
    await office.until(execution, ['waiting'])
    await office.db.query(
      `update public.executions
       set status = 'running', lease_until = now() - interval '1 s', paused_at = now()
       where id = $1`,
      [execution],
    )
    expect(await office.rpc('cancel_execution', { p_execution: execution })).toBe('running')
    expect((await office.until(execution)).status).toBe('cancelled')
  })

  test('one that waits for its turn under limits still runs out of time while it rests', async () => {
    const execution = await run({
      ...row(manual, delay('nap', 3_600)),
      settings: { timeoutSeconds: 600 },
    })
    await office.until(execution, ['waiting'])
    await office.db.query(
      `update public.executions
       set status = 'queued', is_limited = true, held = true, created_at = now() - interval '1 hour',
           paused_at = now() - interval '1 hour', paused_until = now() - interval '50 minutes'
       where id = $1`,
      [execution],
    )
    expect((await office.until(execution)).status).toBe('timed_out')
  })
})
