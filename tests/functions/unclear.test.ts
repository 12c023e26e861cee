import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { signUp } from '../../local/testing.ts'
import type { RacePoint } from '../../supabase/functions/_shared/store/race-points.ts'
import { create, row, set, webhook } from './drawing.ts'
import { FunctionsProcess } from './functions-process.ts'
import { Office } from './office.ts'

let office: Office
let server: Server
let host: string
const processes: FunctionsProcess[] = []
/** The keys with which the other side was asked, by path. It acts each time it's asked, and answers when it's told to. */
const asked = new Map<string, string[]>()
const answering = new Set<string>()

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.set(path, [...(asked.get(path) ?? []), String(request.headers['idempotency-key'])])
    if (!answering.has(path)) return
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"id": 7}')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  office = await Office.open({ functions: false, worker: 0, allowPrivateHosts: [host] })
})
afterAll(async () => {
  await office.close()
  server.closeAllConnections()
  server.close()
})
afterEach(async () => {
  await Promise.all(processes.splice(0).map((one) => one.kill()))
})

async function start(kind: 'functions' | 'worker'): Promise<FunctionsProcess> {
  const started = await FunctionsProcess.start(office.stack, kind)
  processes.push(started)
  return started
}

const expire = () =>
  office.db.query(
    `update public.executions set lease_until = now() - interval '1 second' where status = 'running'`,
  )

async function eventually<T>(look: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (const late = Date.now() + 20_000; Date.now() < late;) {
    const seen = await look()
    if (seen) return seen
    await new Promise((done) => setTimeout(done, 30))
  }
  throw new Error('it never came')
}

let paths = 0

/** An execution whose process was killed after the other side was asked, and before it answered; a worker has it now. */
async function unclear() {
  const path = `/order-${++paths}`
  const pipeline = await office.pipeline()
  const call = {
    id: 'call',
    type: 'http.request',
    config: { method: 'POST', url: `http://${host}${path}`, ifUnclear: 'ask' },
  }
  const drawn = row(
    webhook(),
    call,
    create('made', pipeline, { name: "{{ steps.call.body.id | default: 'none' }}" }),
    set('after', { id: "{{ steps.call.body.id | default: 'none' }}" }),
  )
  const made = await office.live(drawn)
  const token = (await office.address(made.workflow)).split('/').at(-1) ?? ''
  const functions = await start('functions')
  void office.send(`${functions.url}/webhook/${token}`).catch(() => undefined)
  await eventually(() => asked.get(path))
  await functions.kill()
  await expire()
  const worker = await start('worker')
  const { rows } = await office.db.query<{ id: string }>(
    'select id from public.executions where workflow_id = $1',
    [made.workflow],
  )
  const execution = rows[0]?.id ?? ''
  await office.until(execution, ['waiting'])
  return { path, execution, worker, pipeline }
}

const callsOf = async (execution: string) =>
  (
    await office.db.query<{ attempt: number; status: string; code: string | null }>(
      `select attempt, status, error ->> 'code' as code from public.execution_steps
       where execution_id = $1 and node_id = 'call' order by attempt`,
      [execution],
    )
  ).rows.map(({ attempt, status, code }) => [attempt, status, code])

const decide = (execution: string, verdict: string, more: Record<string, unknown> = {}) =>
  office.person.client.rpc('decide_unclear_step', {
    ...{ p_execution: execution, p_node: 'call', p_path: '', p_verdict: verdict },
    ...more,
  })

describe('a process that is killed while a step acts outside that asks a person', () => {
  test('leaves a step that waits, and says why; nobody sends again by themselves', async () => {
    const { path, execution } = await unclear()
    expect(await callsOf(execution)).toEqual([[1, 'waiting', 'step.unclear']])
    const { data } = await office.person.client
      .from('execution_waits')
      .select('kind, key, node_id, path')
      .eq('execution_id', execution)
    expect(data).toEqual([{ kind: 'verdict', key: '1', node_id: 'call', path: '' }])
    await new Promise((done) => setTimeout(done, 1500))
    expect(asked.get(path)).toHaveLength(1)
  })

  test('"It happened": the execution goes on with what came back, and nothing is sent again', async () => {
    const { path, execution, pipeline } = await unclear()
    const output = { status: 200, headers: {}, body: { id: 42 } }
    expect((await decide(execution, 'happened', { p_output: output })).error).toBeNull()
    const seen = await office.until(execution)
    expect(seen.status).toBe('succeeded')
    expect(seen.steps.map(({ node_id, status }) => `${node_id} ${status}`)).toEqual([
      'hook succeeded',
      'call succeeded',
      'made succeeded',
      'after succeeded',
    ])
    expect(seen.steps.at(-1)?.output).toEqual({ id: 42 })
    expect(await office.count('public.records where pipeline_id = $1', [pipeline])).toBe(1)
    expect(asked.get(path)).toHaveLength(1)
    expect(await office.count('public.execution_waits where execution_id = $1', [execution])).toBe(
      0,
    )
    const { rows } = await office.db.query(
      `select action, actor_id, details from public.audit_entries where subject_id = $1`,
      [execution],
    )
    expect(rows).toEqual([
      {
        action: 'execution.decided',
        actor_id: office.person.id,
        details: { name: 'Test', title: 'call', verdict: 'happened' },
      },
    ])
  })

  test('"It didn’t happen: do it again": another attempt, with the same key', async () => {
    const { path, execution } = await unclear()
    answering.add(path)
    expect((await decide(execution, 'again')).error).toBeNull()
    const seen = await office.until(execution)
    expect(seen.status).toBe('succeeded')
    expect(await callsOf(execution)).toEqual([
      [1, 'failed', 'step.interrupted'],
      [2, 'succeeded', null],
    ])
    expect(asked.get(path)).toHaveLength(2)
    expect(new Set(asked.get(path)).size).toBe(1)
    expect(seen.steps.at(-1)?.output).toEqual({ id: 7 })
  })

  test('"Treat as failed": it fails as it would have without the question', async () => {
    const { path, execution } = await unclear()
    expect((await decide(execution, 'failed')).error).toBeNull()
    const seen = await office.until(execution)
    expect(seen).toMatchObject({ status: 'failed', error: { code: 'step.outcome_unknown' } })
    expect(asked.get(path)).toHaveLength(1)
  })

  test('the first one who says something decides', async () => {
    const { path, execution } = await unclear()
    answering.add(path)
    const answers = await Promise.all(
      ['again', 'happened', 'failed', 'again'].map((verdict) => decide(execution, verdict)),
    )
    const refused = answers.filter(({ error }) => error !== null)
    expect(refused).toHaveLength(3)
    for (const { error } of refused) expect(error?.message).toContain('Somebody has said this')
    await office.until(execution)
    expect(asked.get(path)?.length).toBeLessThanOrEqual(2)
    expect((await decide(execution, 'again')).error?.message).toContain('Somebody has said this')
  })

  test('what is said of one attempt is not taken for the next, and strangers say nothing', async () => {
    const { execution } = await unclear()
    const stale = await decide(execution, 'again', { p_attempt: 2 })
    expect(stale.error?.message).toContain('does not wait for it any more')
    const nonsense = await decide(execution, 'perhaps')
    expect(nonsense.error?.message).toContain('Say whether it happened')
    const long = await decide(execution, 'happened', { p_output: 'x'.repeat(300_000) })
    expect(long.error?.message).toContain('too much')
    const stranger = await signUp(office.stack, 'stranger-to-unclear@example.org')
    const { error } = await stranger.client.rpc('decide_unclear_step', {
      ...{ p_execution: execution, p_node: 'call', p_path: '', p_verdict: 'happened' },
    })
    expect(error?.message).toContain('There is no such execution')
    expect((await office.seen(execution)).status).toBe('waiting')
  })
})

describe('a process that is killed while it takes in what a person said', () => {
  test.each<RacePoint>([
    'claim:after-commit',
    'checkpoint:before-commit',
    'checkpoint:after-commit',
  ])('at %s: it is done again once, or asked about again', async (point) => {
    const { path, execution, worker } = await unclear()
    answering.add(path)
    worker.stopAt(point)
    expect((await decide(execution, 'again')).error).toBeNull()
    await worker.reached(point)
    await worker.kill()
    await expire()
    await start('worker')
    // Where the intent of the second attempt was committed, nobody knows whether it went out.
    const seen = await office.until(execution, ['succeeded', 'waiting'])
    expect(seen.status).toBe(point === 'checkpoint:after-commit' ? 'waiting' : 'succeeded')
    if (seen.status === 'waiting') {
      expect(await callsOf(execution)).toEqual([
        [1, 'failed', 'step.interrupted'],
        [2, 'waiting', 'step.unclear'],
      ])
      expect((await decide(execution, 'again', { p_attempt: 2 })).error).toBeNull()
      expect((await office.until(execution)).status).toBe('succeeded')
    }
    expect(asked.get(path)).toHaveLength(2)
    expect(new Set(asked.get(path)).size).toBe(1)
  })
})

describe('a program', () => {
  test('says what became of it through the API, with a key that may control executions', async () => {
    const { path, execution } = await unclear()
    const { url } = await start('functions')
    const newKey = (scopes: string[]) =>
      office.rpc<string>('create_api_key', {
        ...{ p_workspace: office.workspace, p_name: 'Cash desk', p_scopes: scopes },
        p_expires_at: null,
      })
    const say = async (key: string, body: unknown) => {
      const answer = await fetch(`${url}/api/executions/${execution}/verdict`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return { status: answer.status, body: (await answer.json()) as unknown }
    }
    const happened = {
      ...{ node: 'call', attempt: 1, verdict: 'happened' },
      output: { status: 200, headers: {}, body: { id: 43 } },
    }
    const reader = await newKey(['executions:read'])
    expect(await say(reader, happened)).toMatchObject({ status: 403 })
    const key = await newKey(['executions:control'])
    expect(await say(key, { node: 'call', verdict: 'perhaps' })).toMatchObject({
      ...{ status: 400, body: { code: 'api.unreadable' } },
    })
    expect(await say(key, { ...happened, attempt: 2 })).toMatchObject({
      ...{ status: 409, body: { code: 'api.not_possible' } },
    })
    expect(await say(key, happened)).toEqual({ status: 202, body: { execution } })
    const seen = await office.until(execution)
    expect(seen.status).toBe('succeeded')
    expect(seen.steps.at(-1)?.output).toEqual({ id: 43 })
    expect(asked.get(path)).toHaveLength(1)
    expect(await say(key, happened)).toMatchObject({ status: 409 })
  })
})
