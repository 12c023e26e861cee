import { describe, expect, it } from 'vitest'
import { StepFailure, type Checkpoint } from '#lib/engine/index.ts'
import { bench, draw, type Bench } from './bench.ts'
import { History } from './crashing-store.ts'
import { callNode, create, each, set } from './test-nodes.ts'

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
