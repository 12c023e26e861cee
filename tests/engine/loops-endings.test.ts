import { describe, expect, it } from 'vitest'
import {
  createEngine,
  createRegistry,
  registry,
  validateDefinition,
  type DataObject,
} from '#lib/engine/index.ts'
import { bench, draw } from './bench.ts'
import { CrashingStore } from './crashing-store.ts'
import { callNode, each, set, when } from './test-nodes.ts'

const STOP = 'logic.break'

describe('stopping a loop', () => {
  const search = draw(
    {
      start: 'trigger.manual',
      loop: each('{{ trigger.list }}'),
      found: when('{{ item }}', 'equals', 3),
      take: set('{{ item }}'),
      stop: STOP,
      other: set('no'),
      after: set('{{ steps.loop.count }}'),
    },
    [
      'start -> loop',
      'loop:each -> found',
      'found:true -> take -> stop',
      'found:false -> other',
      'loop:done -> after',
    ],
  )

  it('goes on after it with the results so far, the last one included', async () => {
    const b = bench()
    const { outputs, outcome } = await b.run(search, { list: [1, 2, 3, 4, 5] })
    expect(outcome.status).toBe('succeeded')
    expect(outputs['loop']).toEqual({
      results: [{ value: 'no' }, { value: 'no' }, { value: 3 }],
      failed: [],
      count: 3,
      stopped_early: true,
    })
    expect(outputs['after']).toEqual({ value: 3 })
    expect(Object.keys(outputs)).not.toContain('found@loop:3')
  })

  it('calls off the items beside it', async () => {
    const call = callNode(async (_name, { signal }) => {
      await b.clock.sleep(60_000, signal)
      return 1
    })
    const b = bench([call])
    const { steps, outputs } = await b.run(
      draw(
        {
          start: 'trigger.manual',
          loop: each([1, 2, 3], { concurrency: 3 }),
          found: when('{{ item }}', 'equals', 2),
          stop: STOP,
          call: 'test.call',
        },
        ['start -> loop', 'loop:each -> found', 'found:true -> stop', 'found:false -> call'],
      ),
    )
    expect(outputs['loop']).toMatchObject({
      results: [null, expect.anything()],
      stopped_early: true,
    })
    expect(steps['call@loop:0']?.status).toBe('cancelled')
  })

  it('stops the inner one of two', async () => {
    const b = bench()
    const { outputs } = await b.run(
      draw(
        {
          start: 'trigger.manual',
          outer: each([1, 2]),
          inner: each(['a', 'b']),
          stop: STOP,
          count: set('{{ steps.inner.count }}'),
        },
        ['start -> outer', 'outer:each -> inner', 'inner:each -> stop', 'inner:done -> count'],
      ),
    )
    expect(outputs['outer']).toMatchObject({ results: [{ value: 1 }, { value: 1 }], count: 2 })
  })

  it('is refused outside of a loop, with words that help', () => {
    const definition = draw({ start: 'trigger.manual', stop: STOP }, ['start -> stop'])
    const [problem] = validateDefinition(definition, registry)
    expect(problem).toMatchObject({ code: 'loop.end_outside', node: 'stop', severity: 'error' })
  })
})

describe('repeat until', () => {
  const until = (left: string, op: string, right?: unknown) => ({
    all: [right === undefined ? { left, op } : { left, op, right }],
  })
  const repeat = (config: object) => ({ type: 'logic.repeat', config: { ...config } as DataObject })
  const pages = (config: object) =>
    draw(
      {
        start: 'trigger.manual',
        loop: repeat(config),
        page: 'test.call',
        after: set('{{ steps.loop.count }}'),
      },
      ['start -> loop', 'loop:each -> page', 'loop:done -> after'],
    )
  const counting = () => {
    let asked = 0
    return callNode(() => ++asked)
  }

  it('looks at each pass, and ends when the rule is true', async () => {
    const b = bench([counting()])
    const definition = pages({ until: until('{{ steps.page.answer }}', 'greater_than', 2) })
    expect(validateDefinition(definition, createRegistry([...registry.all, counting()]))).toEqual(
      [],
    )
    const { outputs } = await b.run(definition)
    expect(outputs['loop']).toEqual({
      results: [{ answer: 1 }, { answer: 2 }, { answer: 3 }],
      count: 3,
      reason: 'rules',
    })
    expect(outputs['after']).toEqual({ value: 3 })
  })

  it('hands each pass what the one before came to', async () => {
    const b = bench()
    const { outputs } = await b.run(
      draw(
        {
          start: 'trigger.manual',
          loop: repeat({ until: until('{{ vars.value }}', 'greater_or_equal', 16) }),
          twice: set('{{ item.value | default: 1 | times: 2 }}'),
        },
        ['start -> loop', 'loop:each -> twice'],
      ),
    )
    expect(outputs['loop']).toMatchObject({ count: 4, reason: 'rules' })
  })

  it('fails after as many passes as it may have, or goes on', async () => {
    const b = bench([counting()])
    const never = { until: until('{{ steps.page.answer }}', 'less_than', 0), most: 4 }
    const { error } = await b.run(pages(never))
    expect(error).toMatchObject({ code: 'repeat.limit_reached', node: 'loop' })
    const { outputs } = await b.run(pages({ ...never, atLimit: 'continue' }))
    expect(outputs['loop']).toMatchObject({ count: 4, reason: 'limit' })
  })

  it('names a variable that its rule cannot see', () => {
    const definition = pages({ until: until('{{ steps.after.value }}', 'is_true') })
    const problems = validateDefinition(definition, createRegistry([...registry.all, counting()]))
    expect(problems).toMatchObject([{ node: 'loop', field: 'until' }])
  })

  it('goes on after a crash where it was, and asks nobody twice', async () => {
    const keys = new Map<string, number>()
    const call = callNode((_name, { idempotencyKey }) => {
      keys.set(idempotencyKey, (keys.get(idempotencyKey) ?? 0) + 1)
      return keys.size
    })
    const b = bench([call])
    const definition = pages({ until: until('{{ steps.page.answer }}', 'greater_than', 4) })
    const claimed = await b.accept(b.publish(definition))
    const crashing = new CrashingStore(b.store, { write: 4, when: 'after' })
    const doomed = createEngine({
      store: crashing,
      services: b.services,
      registry: createRegistry([...registry.all, call]),
      owner: 'doomed',
    })
    expect((await b.clock.until(doomed.run(claimed))).status).toBe('lost')
    expect(await b.toTheEnd(claimed.lease.execution)).toMatchObject({ status: 'succeeded' })
    expect(keys.size).toBe(5)
  })
})
