import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { create, delay, request, row, set, webhook } from './drawing.ts'
import { Isolate, PROCESSOR_LIMIT_MS, type Invoked } from './isolate.ts'
import { Office } from './office.ts'
import { pgbouncer, startPgbouncer } from './pgbouncer.ts'
import { startTransactionPooler, type Pooler } from './transaction-pooler.ts'

/** Connections that the pooler has for all instances together; each instance would like more. */
const CONNECTIONS = 6

// Our own pooler is there on every machine, stricter than real ones, and notes what needs a session. Where pgbouncer is
// installed (Debian: apt-get install pgbouncer), the same has to hold behind it.
const poolers: [string, (databaseUrl: string) => Promise<Pooler>][] = [
  ['a transaction pooler', (url) => startTransactionPooler(url, CONNECTIONS)],
]
if (pgbouncer !== undefined) {
  const binary = pgbouncer
  poolers.push(['pgbouncer', (url) => startPgbouncer(binary, url, CONNECTIONS)])
}

/** A service in the outside that fails the first time it hears of something. */
class Moody {
  readonly #server: Server
  readonly asked = new Map<string, number>()

  constructor() {
    this.#server = createServer((asked, answer) => {
      const times = (this.asked.get(asked.url ?? '') ?? 0) + 1
      this.asked.set(asked.url ?? '', times)
      answer.writeHead(times === 1 ? 503 : 200, { 'content-type': 'application/json' }).end('{}')
    })
  }

  async listen(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done))
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((done) => this.#server.close(done))
  }
}

/** Takes the processor some tenths of a millisecond, and leaves next to nothing. */
const COMPUTING =
  '{% capture text %}{% for n in (1..400) %}{{ n | times: item }}{% endfor %}{% endcapture %}{{ text | size }}'

/** For each item of the webhook's list: some computing; then a record. */
function looping(pipeline: string) {
  const drawn = row(
    webhook(),
    { id: 'each', type: 'logic.for_each', config: { items: '{{ trigger.body.items }}' } },
    set('work', { a: '{{ item | times: 3 | plus: index }}', b: COMPUTING }),
    create('made', pipeline, { name: '{{ execution.id }}' }),
  )
  const edges = [
    { id: 'e1', source: 'hook', sourcePort: 'out', target: 'each', targetPort: 'in' },
    { id: 'e2', source: 'each', sourcePort: 'each', target: 'work', targetPort: 'in' },
    { id: 'e3', source: 'each', sourcePort: 'done', target: 'made', targetPort: 'in' },
  ]
  return { ...drawn, edges }
}

describe.each(poolers)('on a hosted project, behind %s', (_, startPooler) => {
  let moody: Moody
  let host: string
  let office: Office
  let pooler: Pooler
  const isolates: Isolate[] = []

  beforeEach(async () => {
    moody = new Moody()
    host = await moody.listen()
    office = await Office.open({ functions: false, worker: 0, allowPrivateHosts: [host] })
    pooler = await startPooler(office.stack.engineDatabaseUrl)
  })
  afterEach(async () => {
    await Promise.all(isolates.splice(0).map((one) => one.stop()))
    await pooler.stop()
    await office.close()
    await moody.close()
  })

  async function isolate(): Promise<Isolate> {
    const started = await Isolate.start(office.stack, pooler.url(office.stack.engineDatabaseUrl))
    isolates.push(started)
    return started
  }

  /** A worker's and now and then a tick's invocation, each with a budget of its own, until nothing is left to do. */
  async function workOff(): Promise<Invoked[]> {
    const invocations: Invoked[] = []
    const late = Date.now() + 120_000
    while ((await unfinished()) > 0 && Date.now() < late) {
      const one = await isolate()
      invocations.push(await one.invoke('worker?budget_ms=10000'))
      if (invocations.length % 3 === 0) {
        const other = await isolate()
        invocations.push(await other.invoke('tick'))
        await other.stop()
      }
      await one.stop()
    }
    return invocations
  }

  const unfinished = () =>
    office.count(`public.executions where status in ('queued', 'running', 'waiting')`)

  const token = async (workflow: string) => (await office.address(workflow)).split('/').at(-1) ?? ''

  test('invocations that end before their limits work off a backlog with delays, retries and loops', async () => {
    const pipeline = await office.pipeline()
    const drawn = row(
      webhook(),
      delay('nap', 1),
      request('call', `http://${host}/{{ execution.id }}`, 'POST'),
      create('made', pipeline, { name: '{{ execution.id }}' }),
      set('after', { b: 1 }),
    )
    const small = await office.live({
      ...drawn,
      nodes: drawn.nodes.map((node) =>
        node.id === 'call'
          ? { ...node, retry: { attempts: 3, backoff: 'fixed', delaySeconds: 1 } }
          : node,
      ),
    })
    const large = await office.live(looping(pipeline))
    const [toSmall, toLarge] = [await token(small.workflow), await token(large.workflow)]
    const items = Array.from({ length: 500 }, (__, index) => index)
    for (let instance = 0; instance < 3; instance++) {
      const one = await isolate()
      const answers = await Promise.all(
        Array.from({ length: 40 }, () => office.send(`${one.url}/webhook/${toSmall}`)),
      )
      expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 202))
      expect((await office.send(`${one.url}/webhook/${toLarge}`, { items })).status).toBe(202)
      // Hosted, an instance is dropped when it has nothing to do, or in the middle of something.
      await one.stop()
    }
    await office.db.query(
      `update public.executions set lease_until = now() where status = 'running'`,
    )
    const invocations = await workOff()
    expect(await unfinished()).toBe(0)
    // None was ended by its limit.
    expect(invocations.map((one) => one.status)).toEqual(invocations.map(() => 200))
    // Nothing lost, nothing doubled.
    const { rows } = await office.db.query(
      `select workflow_id, status, error ->> 'detail' as problem, count(*)::integer as count
         from public.executions group by 1, 2, 3`,
    )
    expect(rows).toEqual(
      expect.arrayContaining([
        { workflow_id: small.workflow, status: 'succeeded', problem: null, count: 120 },
        { workflow_id: large.workflow, status: 'succeeded', problem: null, count: 3 },
      ]),
    )
    expect(rows).toHaveLength(2)
    expect(
      await office.count(
        `(select data ->> 'name' from public.records group by 1 having count(*) = 1) as once`,
      ),
    ).toBe(123)
    expect(await office.count('public.records')).toBe(123)
    expect([...moody.asked.values()]).toEqual(Array.from({ length: 120 }, () => 2))
    expect(pooler.offences).toEqual([])
  }, 180_000)

  test('an execution that computes for longer than an invocation may goes on from checkpoint to checkpoint', async () => {
    const pipeline = await office.pipeline()
    const { workflow } = await office.live(looping(pipeline))
    const address = `webhook/${await token(workflow)}`
    const items = Array.from({ length: 2_500 }, (__, index) => index)
    const one = await isolate()
    // Answered at once; then it computes, until it is asleep again or over.
    const begun = await one.invoke(
      address,
      { items },
      async () => (await office.count(`public.executions where status = 'running'`)) === 0,
    )
    expect(begun.status).toBe(202)
    expect(begun.processorMs).toBeLessThan(PROCESSOR_LIMIT_MS)
    expect(await unfinished()).toBe(1)
    const invocations = await workOff()
    expect(invocations.map((other) => other.status)).toEqual(invocations.map(() => 200))
    expect(await office.count(`public.executions where status = 'succeeded'`)).toBe(1)
    expect(await office.count('public.records')).toBe(1)
    expect(pooler.offences).toEqual([])
  }, 180_000)
})
