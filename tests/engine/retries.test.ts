import { describe, expect, it } from 'vitest'
import { StepFailure, Uncertain } from '#lib/engine/index.ts'
import { bench, draw } from './bench.ts'
import { callNode, create, each, set, type Act } from './test-nodes.ts'

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

  it('of one that ran out of time: all of its time counts again', async () => {
    const takes = [20_000, 8_000]
    const b = bench([
      callNode(async (name, { signal }) => {
        await b.clock.sleep(takes.shift() ?? 0, signal)
        return name
      }),
    ])
    const ran = await b.run(
      draw({ start: 'trigger.manual', call: 'test.call' }, ['start -> call'], {
        timeoutSeconds: 10,
      }),
    )
    expect(ran.outcome.status).toBe('timed_out')
    b.clock.pass(60_000)
    b.store.requestRetry(ran.execution)
    expect((await b.toTheEnd(ran.execution)).status).toBe('succeeded')
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
