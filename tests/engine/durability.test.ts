import { describe, expect, it } from 'vitest'
import {
  createEngine,
  createRegistry,
  LeaseLost,
  registry,
  type OnUncertain,
} from '#lib/engine/index.ts'
import { abandoned, bench, draw, ranOf } from './bench.ts'
import { CrashingStore, type Crash } from './crashing-store.ts'
import { callNode, create, set, type Act } from './test-nodes.ts'

describe('a process that dies', () => {
  /** Runs on a process that dies at a write, then lets another take over. */
  async function dying(act: Act, crash: Crash, onUncertain: OnUncertain = 'retry') {
    const b = bench([callNode(act, onUncertain)])
    const store = new CrashingStore(b.store, crash)
    const types = createRegistry([...registry.all, callNode(act, onUncertain)])
    const services = {
      clock: b.clock,
      http: { request: () => Promise.reject(new Error()) },
      mail: { send: () => Promise.reject(new Error()) },
    }
    const first = createEngine({ store, services, registry: types, owner: 'first' })
    const definition = draw(
      { start: 'trigger.manual', a: set(1), call: 'test.call', make: create('Ada'), b: set(2) },
      ['start -> a -> call -> make -> b'],
    )
    const claimed = await b.accept(b.publish(definition))
    const outcome = await b.clock.until(first.run(claimed))
    const { execution } = claimed.lease
    const taken = store.isDead ? await abandoned(b, execution) : null
    const end = taken === null ? outcome : await b.clock.until(b.engine.run(taken))
    return {
      b,
      first: outcome,
      ...ranOf(b, execution, end),
      records: b.store.records(claimed.workspace).all(),
    }
  }

  it.each(
    [1, 2, 3, 4].flatMap((write) => [
      { write, when: 'before' as const },
      { write, when: 'after' as const },
    ]),
  )(
    'at write $write, $when it is committed: all is done, records once, outside with one key',
    async (crash) => {
      const keys: string[] = []
      const ran = await dying((_name, { idempotencyKey }) => keys.push(idempotencyKey), crash)
      expect(ran.outcome.status === 'succeeded' || ran.first.status === 'lost').toBe(true)
      expect(ran.b.store.executions.get(ran.execution)?.status).toBe('succeeded')
      expect(ran.records).toHaveLength(1)
      expect(new Set(keys).size).toBe(1)
    },
  )

  it('while a step acts outside: the repeat is another attempt with the same key, and both are on record', async () => {
    const keys: string[] = []
    const attempts: number[] = []
    const ran = await dying(
      (_name, { idempotencyKey, attempt }) => {
        keys.push(idempotencyKey)
        attempts.push(attempt)
        return 1
      },
      { write: 2, when: 'before' },
    )
    expect(keys[0]).toBe(keys[1])
    expect(attempts).toEqual([1, 2])
    const calls = ran.b.steps(ran.execution).filter((step) => step.node === 'call')
    expect(calls.map(({ attempt, status, error }) => [attempt, status, error?.code])).toEqual([
      [1, 'failed', 'step.interrupted'],
      [2, 'succeeded', undefined],
    ])
  })

  it('while a step acts outside that must not be repeated: it fails and says that nobody knows', async () => {
    let calls = 0
    const ran = await dying(() => ++calls, { write: 2, when: 'before' }, 'fail')
    expect(calls).toBe(1)
    expect(ran.error).toMatchObject({
      code: 'step.outcome_unknown',
      node: 'call',
      retryable: false,
    })
  })

  it('again and again in the same step: the step is given up', async () => {
    const b = bench()
    const act = () => 1
    const types = createRegistry([...registry.all, callNode(act)])
    const services = {
      clock: b.clock,
      http: { request: () => Promise.reject(new Error()) },
      mail: { send: () => Promise.reject(new Error()) },
    }
    const definition = draw({ start: 'trigger.manual', call: 'test.call' }, ['start -> call'])
    let claimed: Awaited<ReturnType<typeof abandoned>> = await b.accept(b.publish(definition))
    const { execution } = claimed.lease
    for (let round = 0; claimed !== null && round < 20; round++) {
      const store = new CrashingStore(b.store, { write: 2, when: 'before' })
      const engine = createEngine({ store, services, registry: types, owner: String(round) })
      await b.clock.until(engine.run(claimed))
      claimed =
        b.store.executions.get(execution)?.status === 'running'
          ? await abandoned(b, execution)
          : null
    }
    expect(b.store.executions.get(execution)).toMatchObject({
      status: 'failed',
      error: { code: 'step.keeps_breaking' },
    })
  })
})

describe('a fault that would come again with every process', () => {
  it('ends the execution: what the store will never take', async () => {
    const b = bench([callNode(() => 1)])
    const checkpoint = b.store.checkpoint.bind(b.store)
    b.store.checkpoint = (lease, write) =>
      write.steps.length > 0
        ? Promise.reject(Object.assign(new Error('too large'), { code: 'store.too_large' }))
        : checkpoint(lease, write)
    for (const type of ['test.call', 'logic.merge']) {
      const ran = await b.run(draw({ start: 'trigger.manual', a: type }, ['start -> a']))
      expect(ran.outcome).toMatchObject({ status: 'failed', error: { code: 'engine.fault' } })
      expect(b.store.executions.get(ran.execution)?.status).toBe('failed')
    }
  })

  it('ends the execution: a version that cannot be run', async () => {
    const b = bench()
    const ran = await b.run(draw({ start: 'trigger.manual', a: 'gone.type' }, ['start -> a']))
    expect(ran.outcome).toMatchObject({ status: 'failed', error: { code: 'node.unknown_type' } })
    const lost = await b.run(draw({ start: 'trigger.manual' }, []), {}, { at: 'elsewhere' })
    expect(lost.outcome).toMatchObject({
      status: 'failed',
      error: { code: 'execution.no_trigger' },
    })
  })

  it('but a store that is away is no reason to end: whoever takes over goes on', async () => {
    const b = bench()
    const checkpoint = b.store.checkpoint.bind(b.store)
    b.store.checkpoint = () => Promise.reject(new Error('connection refused'))
    const ran = await b.run(draw({ start: 'trigger.manual', a: set(1) }, ['start -> a']))
    expect(ran.outcome.status).toBe('lost')
    b.store.checkpoint = checkpoint
    expect(await b.toTheEnd(ran.execution)).toMatchObject({ status: 'succeeded' })
  })
})

describe('the lease', () => {
  it('a process that was thought dead can write nothing any more', async () => {
    let release = () => {}
    const gate = new Promise<void>((resolve) => (release = resolve))
    let calls = 0
    const b = bench([
      callNode(async () => {
        calls++
        if (calls === 1) await gate
        return calls
      }),
    ])
    const claimed = await b.accept(
      b.publish(draw({ start: 'trigger.manual', call: 'test.call' }, ['start -> call'])),
    )
    const zombie = b.engine.run(claimed)
    const taken = await abandoned(b, claimed.lease.execution)
    if (taken === null) throw new Error('not abandoned')
    const other = await b.clock.until(b.another().run(taken))
    expect(other).toMatchObject({ status: 'succeeded', output: { answer: 2 } })
    release()
    const outcome = await b.clock.until(zombie)
    expect(outcome).toMatchObject({ status: 'lost', cause: expect.any(LeaseLost) })
    expect(ranOf(b, claimed.lease.execution, other).outputs['call']).toEqual({ answer: 2 })
  })

  it('is listed while it is held, and `stop` ends a run that lost it', async () => {
    const b = bench([
      callNode(async (_name, { signal }) => {
        await b.clock.sleep(100_000, signal)
        return null
      }),
    ])
    const claimed = await b.accept(
      b.publish(draw({ start: 'trigger.manual', call: 'test.call' }, ['start -> call'])),
    )
    const run = b.engine.run(claimed)
    await b.clock.advance(10)
    expect(b.engine.active()).toEqual([claimed.lease])
    b.engine.stop(claimed.lease.execution, 'lost')
    expect(await b.clock.until(run)).toMatchObject({ status: 'lost' })
    expect(b.engine.active()).toEqual([])
    expect(b.steps(claimed.lease.execution).find(({ node }) => node === 'call')?.status).toBe(
      'running',
    )
  })
})
