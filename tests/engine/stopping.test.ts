import { describe, expect, it } from 'vitest'
import { bench, draw, ranOf, type Bench } from './bench.ts'
import { callNode, each, pureNode, set, type Act } from './test-nodes.ts'

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
