import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { create, manual, request, row, set, webhook } from './drawing.ts'
import { Office } from './office.ts'

let office: Office
let server: Server
let outside: string
/** What the outside world was asked: path and key. */
const asked: { path: string; key: string }[] = []
/** Paths that answer with a refusal. */
const refusing = new Set<string>()

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push({ path, key: String(request.headers['idempotency-key']) })
    response.writeHead(refusing.has(path) ? 400 : 200, { 'content-type': 'application/json' })
    response.end('{"ok": true}')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  outside = `http://127.0.0.1:${port}`
  office = await Office.open({ worker: 1, allowPrivateHosts: [`127.0.0.1:${port}`] })
})
afterAll(async () => {
  await office.close()
  server.close()
})
beforeEach(() => {
  asked.length = 0
  refusing.clear()
})

const paths = () => asked.map(({ path }) => path)

interface Named {
  node: string
  title: string
}

async function plan(execution: string, query = '', by = office) {
  const response = await fetch(
    `${by.stack.apiUrl}/functions/v1/api/executions/${execution}/replay-plan${query}`,
    { headers: { apikey: by.stack.anonKey, authorization: `Bearer ${by.person.accessToken}` } },
  )
  const body = (await response.json()) as Record<string, Named[]>
  const ids = (name: string) => (body[name] ?? []).map(({ node }) => node)
  return { status: response.status, body, ids }
}

/** A workflow that writes, asks, and asks once more, run to its end. */
async function ranOnce(fails = false) {
  const pipeline = await office.pipeline()
  const drawing = (text: string) =>
    row(
      webhook(),
      set('text', { text, name: '{{ trigger.body.name }}' }),
      create('made', pipeline, { name: 'Ada' }),
      request('first', `${outside}/first`, 'POST'),
      request('second', `${outside}/second`, 'POST'),
      set('end', { said: '{{ steps.text.text }} {{ steps.text.name }}' }),
    )
  const { workflow, url } = await office.liveWebhook(drawing('old'))
  if (fails) refusing.add('/second')
  const { body } = await office.send(url, { name: 'Ada' })
  const execution = String(body['execution'])
  const seen = await office.until(execution)
  refusing.clear()
  return { pipeline, drawing, workflow, url, execution, seen }
}

const replay = (execution: string, wish: unknown = {}) =>
  office.ask(`executions/${execution}/replay`, wish)

const reused = async (execution: unknown) =>
  (
    await office.db.query<{ node_id: string }>(
      'select node_id from public.execution_steps where execution_id = $1 and reused order by seq',
      [execution],
    )
  ).rows.map((step) => step.node_id)

describe('a replay', () => {
  test('does what failed, and repeats neither what was sent nor what was written', async () => {
    const { execution, pipeline } = await ranOnce(true)
    expect((await plan(execution)).ids('not_repeated')).toEqual(['made', 'first'])
    const answer = await replay(execution)
    expect(answer).toMatchObject({
      status: 202,
      body: { kept: [{ node: 'made' }, { node: 'first', title: 'first' }] },
    })
    const again = await office.until(answer.body['execution'])
    expect(again).toMatchObject({ status: 'succeeded', replay_of: execution })
    expect(paths()).toEqual(['/first', '/second', '/second'])
    expect(await office.count('public.records where pipeline_id = $1', [pipeline])).toBe(1)
    expect(await reused(again.id)).toEqual(['made', 'first'])
  })

  test('repeats what is named, with a new key', async () => {
    const { execution, pipeline } = await ranOnce()
    const answer = await replay(execution, { repeat: ['first'] })
    await office.until(answer.body['execution'])
    expect(paths()).toEqual(['/first', '/second', '/first'])
    expect(asked[2]?.key).not.toBe(asked[0]?.key)
    expect(await office.count('public.records where pipeline_id = $1', [pipeline])).toBe(1)
  })

  test('starts with other data', async () => {
    const { execution } = await ranOnce()
    const answer = await replay(execution, { triggerData: { body: { name: 'Grace' } } })
    const again = await office.until(answer.body['execution'])
    expect(again.trigger_data).toEqual({ body: { name: 'Grace' } })
    expect(again.steps.find((step) => step.node_id === 'end')?.output).toEqual({
      said: 'old Grace',
    })
    expect(paths()).toEqual(['/first', '/second'])
  })

  test('runs on the newest version', async () => {
    const { execution, workflow, drawing } = await ranOnce()
    const version = await office.publish(workflow, drawing('new'))
    const answer = await replay(execution, { version: 'latest' })
    const again = await office.until(answer.body['execution'])
    expect(again).toMatchObject({ version_id: version, status: 'succeeded' })
    expect(again.steps.find((step) => step.node_id === 'end')?.output).toEqual({ said: 'new Ada' })
    expect(paths()).toEqual(['/first', '/second'])
  })

  test('from a step keeps all that came before it', async () => {
    const { execution } = await ranOnce()
    const looked = await plan(execution, '?from=second&repeat=second')
    expect(looked.ids('kept')).toEqual(['hook', 'text', 'made', 'first'])
    const answer = await replay(execution, { from: 'second', repeat: ['second'] })
    const again = await office.until(answer.body['execution'])
    expect(again.status).toBe('succeeded')
    expect(paths()).toEqual(['/first', '/second', '/second'])
    expect(await reused(again.id)).toEqual(['hook', 'text', 'made', 'first'])
  })

  test('takes large values along', async () => {
    const { url } = await office.liveWebhook(
      row(
        webhook(),
        set('text', { copy: '{{ trigger.body.text }}' }),
        request('first', `${outside}/first`, 'POST'),
        set('end', { size: '{{ steps.text.copy | size }}' }),
      ),
    )
    const { body } = await office.send(url, { text: 'x'.repeat(50_000) })
    await office.until(body['execution'])
    const sizeAt = async (wish: unknown) => {
      const answer = await replay(String(body['execution']), wish)
      const seen = await office.until(answer.body['execution'])
      return seen.steps.find((step) => step.node_id === 'end')?.output
    }
    expect(await sizeAt({})).toEqual({ size: 50_000 })
    expect(await sizeAt({ from: 'end' })).toEqual({ size: 50_000 })
    const triggerData = { body: { text: 'y'.repeat(20_000) } }
    expect(await sizeAt({ triggerData })).toEqual({ size: 20_000 })
  })

  test('is refused where it makes no sense, in words', async () => {
    const { execution, url } = await ranOnce()
    expect(await replay(execution, { from: 'nowhere' })).toMatchObject({
      status: 409,
      body: { code: 'replay.no_such_step' },
    })
    expect(await replay(execution, { from: 'second', triggerData: {} })).toMatchObject({
      status: 400,
      body: { code: 'replay.data_without_start' },
    })
    expect(url).not.toBe('')
  })

  test('cannot be looked at or made by people of another workspace', async () => {
    const { execution } = await ranOnce()
    const stranger = await office.neighbour()
    expect((await plan(execution, '', stranger)).status).toBe(404)
    expect((await stranger.ask(`executions/${execution}/replay`)).status).toBe(404)
    expect((await stranger.ask('executions/replay', { executions: [execution] })).status).toBe(404)
  })
})

describe('many replays', () => {
  /** Five executions of which all failed in the middle. */
  async function failed() {
    const first = await ranOnce(true)
    refusing.add('/second')
    const more = await Promise.all(
      Array.from({ length: 4 }, () => office.send(first.url, { name: 'Bob' })),
    )
    const ids = [first.execution, ...more.map(({ body }) => String(body['execution']))]
    for (const id of ids) expect((await office.until(id)).status).toBe('failed')
    refusing.clear()
    return { ...first, ids }
  }
  const replaysOf = (ids: string[], status = 'succeeded') =>
    office.count('public.executions where replay_of = any ($1) and status::text = $2', [
      ids,
      status,
    ])

  test('by name: each once, however often somebody asks, and nothing is sent twice', async () => {
    const { ids } = await failed()
    const both = await Promise.all([
      office.ask('executions/replay', { executions: ids }),
      office.ask('executions/replay', { executions: ids }),
    ])
    expect(both.map(({ status }) => status)).toEqual([202, 202])
    await expect.poll(() => replaysOf(ids), { timeout: 20_000 }).toBe(5)
    const late = await office.ask('executions/replay', { executions: ids })
    expect(late.body).toEqual({ queued: 0, left_out: 5, more: false })
    await new Promise((done) => setTimeout(done, 1500))
    expect(await office.count('public.executions where replay_of = any ($1)', [ids])).toBe(5)
    expect(paths().filter((path) => path === '/first')).toHaveLength(5)
  })

  test('by workflow, status and time', async () => {
    const { ids, workflow } = await failed()
    const answer = await office.ask('executions/replay', {
      workflow,
      status: 'failed',
      from: new Date(Date.now() - 3_600_000).toISOString(),
      to: new Date(Date.now() + 60_000).toISOString(),
    })
    expect(answer).toMatchObject({ status: 202, body: { queued: 5, left_out: 0 } })
    await expect.poll(() => replaysOf(ids), { timeout: 20_000 }).toBe(5)
  })

  test('one of which nobody knows what it did is not repeated unasked', async () => {
    const { ids } = await failed()
    const [id = ''] = ids
    await office.db.query(
      `update public.execution_steps set error = '{"code": "step.outcome_unknown"}'
       where execution_id = $1 and node_id = 'second'`,
      [id],
    )
    await office.ask('executions/replay', { executions: [id] })
    await expect.poll(() => replaysOf([id], 'failed'), { timeout: 20_000 }).toBe(1)
    const before = paths().length
    expect((await plan(id)).ids('uncertain')).toEqual(['second'])
    // Asked for by name, it is.
    const answer = await replay(id)
    expect((await office.until(answer.body['execution'])).status).toBe('succeeded')
    expect(paths().slice(before)).toEqual(['/second'])
  })

  test('one that is not possible is there as a failed execution that says why', async () => {
    const { ids, workflow } = await failed()
    await office.publish(workflow, row(manual, set('a', { b: 1 })))
    const [id = ''] = ids
    await office.ask('executions/replay', { executions: [id], version: 'latest' })
    await expect.poll(() => replaysOf([id], 'failed'), { timeout: 20_000 }).toBe(1)
    const { rows } = await office.db.query<{ error: { code: string } }>(
      'select error from public.executions where replay_of = $1',
      [id],
    )
    expect(rows[0]?.error.code).toBe('api.no_such_trigger')
  })
})
