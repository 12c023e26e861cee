import { describe, expect, it } from 'vitest'
import {
  createEngine,
  createRegistry,
  LeaseLost,
  registry,
  StepFailure,
  Uncertain,
  type Checkpoint,
  type OnUncertain,
} from '#lib/engine/index.ts'
import { abandoned, bench, draw, ranOf, type Bench } from './bench.ts'
import { CrashingStore, History, type Crash } from './crashing-store.ts'
import { callNode, create, each, pureNode, set, type Act } from './test-nodes.ts'

/** Every write that reaches the store. */
function writes(b: Bench): (Checkpoint & { transaction?: boolean })[] {
  const seen: (Checkpoint & { transaction?: boolean })[] = []
  const checkpoint = b.store.checkpoint.bind(b.store)
  const transact = b.store.transact.bind(b.store)
  b.store.checkpoint = (lease, write) => {
    seen.push(structuredClone(write))
    return checkpoint(lease, write)
  }
  b.store.transact = (lease, workspace, work) =>
    transact(lease, workspace, async (services) => {
      const write = await work(services)
      seen.push({ ...structuredClone(write), transaction: true })
      return write
    })
  return seen
}

const stepsOf = (write: Checkpoint | undefined) =>
  write?.steps.map(({ node, status }) => `${node} ${status}`).join(', ')

describe('what is written when', () => {
  it('a workflow that only computes is one write', async () => {
    const b = bench()
    const seen = writes(b)
    await b.run(
      draw({ start: 'trigger.manual', a: set(1), b: set(2), c: set(3) }, ['start -> a -> b -> c']),
    )
    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({ status: 'succeeded' })
    expect(stepsOf(seen[0])).toBe('start succeeded, a succeeded, b succeeded, c succeeded')
  })

  it('a step that acts outside is written before, with all that waits, and right after', async () => {
    const b = bench([
      callNode(() => {
        expect(seen).toHaveLength(1)
        return 1
      }),
    ])
    const seen = writes(b)
    await b.run(
      draw({ start: 'trigger.manual', a: set(1), call: 'test.call', b: set(2), end: 'test.call' }, [
        'start -> a -> call -> b',
      ]),
    )
    expect(seen.map(stepsOf)).toEqual([
      'start succeeded, a succeeded, call running',
      'call succeeded, b succeeded',
    ])
  })

  it('one outside step after another: the outcome of the first and the intent of the second share a write', async () => {
    const b = bench([callNode(() => 1)])
    const seen = writes(b)
    await b.run(
      draw({ start: 'trigger.manual', one: 'test.call', two: 'test.call' }, [
        'start -> one -> two',
      ]),
    )
    expect(seen.map(stepsOf)).toEqual([
      'start succeeded, one running',
      'one succeeded, two running',
      'two succeeded',
    ])
  })

  it('outside steps that begin together share a write', async () => {
    const b = bench([callNode(() => 1)])
    const seen = writes(b)
    await b.run(
      draw({ start: 'trigger.manual', one: 'test.call', two: 'test.call' }, [
        'start -> one',
        'start -> two',
      ]),
    )
    expect(stepsOf(seen[0])).toBe('start succeeded, one running, two running')
  })

  it('records and the step that makes them are one transaction, with all that waits', async () => {
    const b = bench()
    const seen = writes(b)
    await b.run(
      draw({ start: 'trigger.manual', a: set(1), make: create('Ada'), b: set(2) }, [
        'start -> a -> make -> b',
      ]),
    )
    expect(seen.map(stepsOf)).toEqual([
      'start succeeded, a succeeded, make succeeded',
      'b succeeded',
    ])
    expect(seen[0]?.transaction).toBe(true)
  })

  it('a transaction that fails leaves nothing behind', async () => {
    const b = bench()
    const update = {
      type: 'records.update',
      config: {
        pipeline: '00000000-0000-4000-8000-00000000000f',
        record: '00000000-0000-4000-8000-00000000dead',
      },
    }
    const ran = await b.run(draw({ start: 'trigger.manual', bad: update }, ['start -> bad']))
    expect(ran.error).toMatchObject({ code: 'records.not_found', node: 'bad' })
    expect(ran.steps['start']?.status).toBe('succeeded')
  })

  it('tokens and passwords are never stored, not even when the other side echoes them', async () => {
    const b = bench()
    b.world.answer = ({ headers }) => ({
      status: 200,
      headers: {},
      body: `you said ${headers['authorization']}`,
      encoding: 'text',
    })
    const request = {
      url: 'https://example.org',
      auth: 'bearer',
      token: 'geheim-{{ trigger.part }}',
    }
    const ran = await b.run(
      draw({ start: 'trigger.manual', get: { type: 'http.request', config: request } }, [
        'start -> get',
      ]),
      { part: '1234' },
    )
    expect(b.world.requests[0]?.headers['authorization']).toBe('Bearer geheim-1234')
    expect(JSON.stringify(ran.steps['get'])).not.toContain('geheim')
    expect(ran.outputs['get']).toMatchObject({ body: 'you said Bearer ••••••' })
  })
})

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

describe('waiting', () => {
  const delay = (config: { [key: string]: never } | object) => ({
    type: 'logic.delay',
    config: config as never,
  })

  it('holds no process: it is stored with the moment to go on, and goes on there', async () => {
    const b = bench()
    const ran = await b.run(
      draw(
        {
          start: 'trigger.manual',
          wait: delay({ duration: { amount: 3, unit: 'days' } }),
          end: set('{{ steps.wait.waited_until }}'),
        },
        ['start -> wait -> end'],
      ),
    )
    const moment = Date.parse('2026-11-26T09:00:00Z')
    expect(ran.outcome).toEqual({ status: 'waiting', wakeAt: moment })
    expect(ran.steps['wait']).toMatchObject({ status: 'waiting', finishedAt: null })
    expect(b.engine.active()).toEqual([])
    expect(await b.toTheEnd(ran.execution)).toMatchObject({
      status: 'succeeded',
      output: { value: '2026-11-26T09:00:00.000Z' },
    })
    const waits = b.steps(ran.execution).filter(({ node }) => node === 'wait')
    expect(waits).toHaveLength(1)
    expect(waits[0]).toMatchObject({
      status: 'succeeded',
      attempt: 1,
      startedAt: '2026-11-23T09:00:00.000Z',
    })
  })

  it('until a date, in the time zone of the workspace', async () => {
    const b = bench()
    const ran = await b.run(
      draw(
        {
          start: 'trigger.manual',
          wait: delay({ mode: 'until', until: '{{ trigger.day }} 08:00' }),
        },
        ['start -> wait'],
      ),
      { day: '2026-12-01' },
    )
    expect(ran.outcome).toMatchObject({ wakeAt: Date.parse('2026-12-01T07:00:00Z') })
  })

  it('until a moment that has passed is no wait', async () => {
    const ran = await bench().run(
      draw({ start: 'trigger.manual', wait: delay({ mode: 'until', until: '2020-01-01' }) }, [
        'start -> wait',
      ]),
    )
    expect(ran.outcome.status).toBe('succeeded')
  })

  it('until something that is no date says so', async () => {
    const ran = await bench().run(
      draw({ start: 'trigger.manual', wait: delay({ mode: 'until', until: 'soon' }) }, [
        'start -> wait',
      ]),
    )
    expect(ran.error).toMatchObject({ code: 'delay.not_a_date', field: 'until' })
  })

  it('in several branches: the earliest first, and what runs meanwhile is not held up', async () => {
    const b = bench([callNode(() => 1)])
    const ran = await b.run(
      draw(
        {
          start: 'trigger.manual',
          long: delay({ duration: { amount: 2, unit: 'hours' } }),
          short: delay({ duration: { amount: 1, unit: 'hours' } }),
          call: 'test.call',
          join: 'logic.merge',
        },
        ['start -> long -> join', 'start -> short -> join', 'start -> call -> join'],
      ),
    )
    expect(ran.steps['call']?.status).toBe('succeeded')
    expect(ran.outcome).toMatchObject({ wakeAt: Date.parse('2026-11-23T10:00:00Z') })
    expect(await b.toTheEnd(ran.execution)).toMatchObject({ status: 'succeeded' })
    expect(b.clock.now()).toBeGreaterThanOrEqual(Date.parse('2026-11-23T11:00:00Z'))
  })

  it('inside a loop', async () => {
    const b = bench()
    const ran = await b.run(
      draw(
        {
          start: 'trigger.manual',
          loop: each('{{ trigger.list }}'),
          wait: delay({ duration: { amount: 1, unit: 'hours' } }),
          a: set('{{ item }}'),
        },
        ['start -> loop', 'loop:each -> wait -> a'],
      ),
      { list: [1, 2, 3] },
    )
    expect(await b.toTheEnd(ran.execution)).toMatchObject({
      status: 'succeeded',
      output: { results: [{ value: 1 }, { value: 2 }, { value: 3 }] },
    })
    expect(b.clock.now()).toBeGreaterThanOrEqual(Date.parse('2026-11-23T12:00:00Z'))
  })
})

describe('trying again', () => {
  const flaky = (failures: number, failure: () => Error = () => down()) => {
    const at: number[] = []
    const node = callNode(() => {
      at.push(current.clock.now())
      if (at.length <= failures) throw failure()
      return at.length
    })
    const current = bench([node])
    return {
      b: current,
      at,
      gaps: () => at.slice(1).map((moment, index) => (moment - (at[index] ?? 0)) / 1000),
    }
  }
  const down = (retryAfterMs?: number) =>
    new StepFailure({
      code: 'x.down',
      title: 'Down',
      detail: 'It is down.',
      retryable: true,
      retryAfterMs,
    })
  const retrying = (retry: {
    attempts: number
    backoff: 'fixed' | 'exponential'
    delaySeconds: number
  }) => draw({ start: 'trigger.manual', call: { type: 'test.call', retry } }, ['start -> call'])

  it('waits longer each time, with a little chance in it', async () => {
    const { b, gaps } = flaky(3)
    const ran = await b.run(retrying({ attempts: 4, backoff: 'exponential', delaySeconds: 1 }))
    expect(ran.outcome).toMatchObject({ status: 'succeeded', output: { answer: 4 } })
    const expected = [1, 2, 4]
    gaps().forEach((gap, index) => {
      expect(gap).toBeLessThanOrEqual(expected[index] ?? 0)
      expect(gap).toBeGreaterThanOrEqual((expected[index] ?? 0) * 0.8)
    })
    const attempts = b.steps(ran.execution).filter(({ node }) => node === 'call')
    expect(attempts.map(({ attempt, status }) => `${attempt} ${status}`)).toEqual([
      '1 failed',
      '2 failed',
      '3 failed',
      '4 succeeded',
    ])
  })

  it('gives up after the last attempt', async () => {
    const { b, at } = flaky(10)
    const ran = await b.run(retrying({ attempts: 3, backoff: 'fixed', delaySeconds: 1 }))
    expect(ran.error).toMatchObject({ code: 'x.down', node: 'call', retryable: true })
    expect(at).toHaveLength(3)
  })

  it('not at all what another attempt can not help', async () => {
    const { b, at } = flaky(
      10,
      () => new StepFailure({ code: 'x.no', title: 'No', detail: 'No.', retryable: false }),
    )
    await b.run(retrying({ attempts: 5, backoff: 'fixed', delaySeconds: 1 }))
    expect(at).toHaveLength(1)
  })

  it('honours what the other side asks for', async () => {
    const { b, gaps } = flaky(1, () => down(7000))
    await b.run(retrying({ attempts: 2, backoff: 'fixed', delaySeconds: 1 }))
    expect(gaps()).toEqual([7])
  })

  it('later than a few seconds: the execution is stored and let go meanwhile', async () => {
    const { b, at } = flaky(1)
    const ran = await b.run(retrying({ attempts: 2, backoff: 'fixed', delaySeconds: 3600 }))
    expect(ran.outcome.status).toBe('waiting')
    expect(at).toHaveLength(1)
    expect(await b.toTheEnd(ran.execution)).toMatchObject({ status: 'succeeded' })
    expect(at).toHaveLength(2)
  })

  it('what may have happened is sent again with the same key, where the step allows it', async () => {
    const keys: string[] = []
    const unsure = new Uncertain({ code: 'x.broke', title: 'Broke', detail: 'The line broke.' })
    const act: Act = (_name, { idempotencyKey }) => {
      keys.push(idempotencyKey)
      if (keys.length === 1) throw unsure
      return 1
    }
    const definition = draw({ start: 'trigger.manual', call: 'test.call' }, ['start -> call'])
    const again = bench([callNode(act)])
    expect((await again.run(definition)).outcome.status).toBe('succeeded')
    expect(keys[0]).toBe(keys[1])
    keys.length = 0
    const never = await bench([callNode(act, 'fail')]).run(definition)
    expect(never.error).toMatchObject({ code: 'step.outcome_unknown', detail: 'The line broke.' })
  })

  it('from the failed step: what finished is kept, numbers of attempts go on', async () => {
    const { b, at } = flaky(1)
    const definition = draw(
      {
        start: 'trigger.manual',
        make: create('Ada'),
        call: 'test.call',
        end: set('{{ steps.make.record.data.name }}'),
      },
      ['start -> make -> call -> end'],
    )
    const ran = await b.run(definition)
    expect(ran.outcome.status).toBe('failed')
    b.store.requestRetry(ran.execution)
    expect(await b.toTheEnd(ran.execution)).toMatchObject({
      status: 'succeeded',
      output: { value: 'Ada' },
    })
    expect(at).toHaveLength(2)
    const call = b.steps(ran.execution).find(({ node }) => node === 'call')
    expect(call).toMatchObject({ attempt: 2, status: 'succeeded' })
    expect(b.steps(ran.execution).filter(({ node }) => node === 'make')).toHaveLength(1)
  })

  it('from a failed item of a loop: the items that were done are kept', async () => {
    const calls: string[] = []
    const act: Act = (_name, { arrived }) => {
      const item = String(arrived[0]?.output)
      calls.push(item)
      if (item === 'b' && calls.length < 3) throw down()
      return item
    }
    const b = bench([callNode(act)])
    const ran = await b.run(
      draw({ start: 'trigger.manual', loop: each('{{ trigger.list }}'), call: 'test.call' }, [
        'start -> loop',
        'loop:each -> call',
      ]),
      { list: ['a', 'b', 'c'] },
    )
    expect(ran.outcome.status).toBe('failed')
    b.store.requestRetry(ran.execution)
    const end = await b.toTheEnd(ran.execution)
    expect(end).toMatchObject({
      status: 'succeeded',
      output: { results: [{ answer: 'a' }, { answer: 'b' }, { answer: 'c' }] },
    })
    expect(calls).toEqual(['a', 'b', 'b', 'c'])
  })
})

describe('limits', () => {
  const slow = (): { node: ReturnType<typeof callNode>; of: (b: Bench) => void } => {
    let clock: Bench['clock'] | undefined
    return {
      node: callNode(async (_name, { signal }) => {
        await clock?.sleep(3600_000, signal)
        return 1
      }),
      of: (b) => (clock = b.clock),
    }
  }

  it('a step that takes too long fails', async () => {
    const { node, of } = slow()
    const b = bench([node])
    of(b)
    const ran = await b.run(
      draw({ start: 'trigger.manual', call: { type: 'test.call', timeoutSeconds: 5 } }, [
        'start -> call',
      ]),
    )
    expect(ran.error).toMatchObject({ code: 'step.timed_out', node: 'call', retryable: true })
  })

  it('a step that takes too long and must not be repeated says that nobody knows, whatever its retries', async () => {
    let calls = 0
    const act: Act = async (_name, { signal }) => {
      calls++
      await b.clock.sleep(3_600_000, signal)
      return null
    }
    const b = bench([callNode(act, 'fail')])
    const retry = { attempts: 3, backoff: 'fixed' as const, delaySeconds: 1 }
    const ran = await b.run(
      draw({ start: 'trigger.manual', call: { type: 'test.call', timeoutSeconds: 5, retry } }, [
        'start -> call',
      ]),
    )
    expect(ran.error).toMatchObject({
      code: 'step.outcome_unknown',
      detail: 'It was not done after 5 seconds.',
    })
    expect(calls).toBe(1)
  })

  it('an execution that takes too long is stopped, waiting included', async () => {
    const b = bench()
    const ran = await b.run(
      draw(
        {
          start: 'trigger.manual',
          wait: { type: 'logic.delay', config: { duration: { amount: 2, unit: 'days' } } },
          end: set(1),
        },
        ['start -> wait -> end'],
        { timeoutSeconds: 3600 },
      ),
    )
    expect(ran.outcome).toEqual({ status: 'waiting', wakeAt: Date.parse('2026-11-23T10:00:00Z') })
    expect(await b.toTheEnd(ran.execution)).toMatchObject({
      status: 'timed_out',
      error: { code: 'execution.timed_out' },
    })
    expect(b.steps(ran.execution).map(({ node, status }) => `${node} ${status}`)).toEqual([
      'start succeeded',
      'wait cancelled',
    ])
  })

  it('an execution that takes too long is stopped in the middle of a step', async () => {
    const { node, of } = slow()
    const b = bench([node])
    of(b)
    const ran = await b.run(
      draw({ start: 'trigger.manual', call: 'test.call' }, ['start -> call'], {
        timeoutSeconds: 10,
      }),
    )
    expect(ran.outcome.status).toBe('timed_out')
    expect(b.clock.now()).toBe(Date.parse('2026-11-23T09:00:10Z'))
  })

  it('an execution that only computes is stopped, too, and lets others have their turn meanwhile', async () => {
    let turns = 0
    const ticking = pureNode(() => {
      b.clock.pass(1)
      return null
    })
    const b = bench([ticking])
    const sleep = b.clock.sleep.bind(b.clock)
    b.clock.sleep = (milliseconds, signal) => {
      if (milliseconds === 0) turns++
      return sleep(milliseconds, signal)
    }
    const list = Array.from({ length: 10_000 }, (_, index) => index)
    const ran = await b.run(
      draw(
        { start: 'trigger.manual', loop: each('{{ trigger.list }}'), a: 'test.pure' },
        ['start -> loop', 'loop:each -> a'],
        { timeoutSeconds: 2 },
      ),
      { list },
    )
    expect(ran.outcome.status).toBe('timed_out')
    expect(turns).toBeGreaterThan(2)
  })

  it('an output that is too large is refused', async () => {
    const b = bench([callNode(() => 'x'.repeat(4_000_000))])
    const ran = await b.run(draw({ start: 'trigger.manual', call: 'test.call' }, ['start -> call']))
    expect(ran.error).toMatchObject({ code: 'step.output_too_large', node: 'call' })
  })

  it('at the deadline, the lease is given back and somebody else goes on', async () => {
    const calls: string[] = []
    const b = bench([
      callNode(async (name, { signal }) => {
        calls.push(name)
        await b.clock.sleep(2000, signal)
        return name
      }),
    ])
    const definition = draw(
      { start: 'trigger.manual', one: 'test.call', two: 'test.call', three: 'test.call' },
      ['start -> one -> two -> three'],
    )
    const ran = await b.run(definition, {}, { limits: { deadline: b.clock.now() + 3000 } })
    expect(ran.outcome).toMatchObject({ status: 'waiting' })
    expect(calls).toEqual(['one', 'two'])
    expect(ran.steps['two']?.status).toBe('succeeded')
    expect(await b.toTheEnd(ran.execution)).toMatchObject({ status: 'succeeded' })
    expect(calls).toEqual(['one', 'two', 'three'])
  })

  it('asked to hand over, it lets what is under way finish, begins nothing new, and somebody else goes on', async () => {
    const calls: string[] = []
    const control = new AbortController()
    const b = bench([
      callNode(async (name, { signal }) => {
        calls.push(name)
        if (name === 'two') control.abort()
        await b.clock.sleep(2000, signal)
        return name
      }),
    ])
    const definition = draw(
      { start: 'trigger.manual', one: 'test.call', two: 'test.call', three: 'test.call' },
      ['start -> one -> two -> three'],
    )
    const ran = await b.run(definition, {}, { limits: { handOver: control.signal } })
    expect(ran.outcome).toMatchObject({ status: 'waiting' })
    expect(calls).toEqual(['one', 'two'])
    expect(ran.steps['two']?.status).toBe('succeeded')
    expect(await b.toTheEnd(ran.execution)).toMatchObject({ status: 'succeeded' })
    expect(calls).toEqual(['one', 'two', 'three'])
  })
})

describe('cancelling', () => {
  it('stops what runs, between two steps or in the middle of one', async () => {
    const b = bench([
      callNode(async (_name, { signal }) => {
        await b.clock.sleep(100_000, signal)
        return signal.aborted
      }),
    ])
    const claimed = await b.accept(
      b.publish(
        draw({ start: 'trigger.manual', call: 'test.call', after: set(1) }, [
          'start -> call -> after',
        ]),
      ),
    )
    const run = b.engine.run(claimed)
    await b.clock.advance(10)
    b.engine.stop(claimed.lease.execution, 'cancelled')
    const outcome = await b.clock.until(run)
    const { steps } = ranOf(b, claimed.lease.execution, outcome)
    expect(outcome.status).toBe('cancelled')
    expect(steps['call']?.status).toBe('cancelled')
    expect(b.store.executions.get(claimed.lease.execution)?.status).toBe('cancelled')
  })

  it('is heard of with the next write', async () => {
    const b = bench([
      callNode((name) => {
        b.store.requestCancel(id())
        return name
      }),
    ])
    const claimed = await b.accept(
      b.publish(
        draw({ start: 'trigger.manual', one: 'test.call', two: 'test.call', three: 'test.call' }, [
          'start -> one -> two -> three',
        ]),
      ),
    )
    const id = () => claimed.lease.execution
    const outcome = await b.clock.until(b.engine.run(claimed))
    expect(outcome.status).toBe('cancelled')
    expect(b.steps(id()).find(({ node }) => node === 'three')).toBeUndefined()
  })
})

describe('every step is written down once as new, and once more only while it was open', () => {
  const refusals = (seen: Checkpoint[]): string[] => {
    const history = new History()
    for (const { steps } of seen) history.look(steps)
    return history.refused
  }

  it('when an execution is cancelled while a step waits for its next attempt', async () => {
    const b = bench([
      callNode(() => {
        throw new StepFailure({ code: 'x', title: 'X', detail: 'x', retryable: true })
      }),
    ])
    const seen = writes(b)
    const retry = { attempts: 3, backoff: 'fixed' as const, delaySeconds: 5 }
    const claimed = await b.accept(
      b.publish(
        draw({ start: 'trigger.manual', make: create('Ada'), call: { type: 'test.call', retry } }, [
          'start -> make -> call',
        ]),
      ),
    )
    const run = b.engine.run(claimed)
    await b.clock.advance(1000)
    b.engine.stop(claimed.lease.execution, 'cancelled')
    expect(await b.clock.until(run)).toMatchObject({ status: 'cancelled' })
    expect(refusals(seen)).toEqual([])
    expect(b.steps(claimed.lease.execution).find(({ node }) => node === 'call')?.status).toBe(
      'failed',
    )
  })

  it('when a loop makes records side by side and sleeps', async () => {
    const b = bench([callNode(() => 1)])
    const seen = writes(b)
    const wait = { type: 'logic.delay', config: { duration: { amount: 1, unit: 'hours' } } }
    const ran = await b.run(
      draw(
        {
          start: 'trigger.manual',
          loop: each('{{ trigger.list }}', { concurrency: 3 }),
          make: create('{{ item }}'),
          call: 'test.call',
          wait,
          end: create('x'),
        },
        ['start -> loop', 'loop:each -> make -> call -> wait -> end'],
      ),
      { list: [1, 2, 3, 4, 5] },
    )
    expect(await b.toTheEnd(ran.execution)).toMatchObject({ status: 'succeeded' })
    expect(refusals(seen)).toEqual([])
  })
})

describe('the answer to a webhook', () => {
  it('is given once, when the step that makes it is committed', async () => {
    const b = bench([callNode(() => 1)])
    const seen = writes(b)
    const answers: unknown[] = []
    const respond = (body: string) => ({
      type: 'webhook.respond',
      config: { status: 201, body, headers: [{ name: 'X-Seen', value: 'yes' }] },
    })
    await b.run(
      draw(
        {
          start: 'trigger.webhook',
          answer: respond('{{ trigger.body }}'),
          call: 'test.call',
          again: respond('late'),
        },
        ['start -> answer -> call -> again'],
      ),
      { body: { hello: 'you' } },
      { hooks: { onResponse: (response) => answers.push({ ...response, writes: seen.length }) } },
    )
    expect(answers).toEqual([
      { status: 201, headers: { 'x-seen': 'yes' }, body: { hello: 'you' }, writes: 1 },
    ])
  })
})
