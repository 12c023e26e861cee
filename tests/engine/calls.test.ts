import { describe, expect, it } from 'vitest'
import {
  createEngine,
  registry,
  VersionId,
  WorkflowId,
  type DataObject,
  type ExecutionId,
} from '#lib/engine/index.ts'
import { bench, draw, type Bench } from './bench.ts'
import { callNode, each, set } from './test-nodes.ts'

const CALLED = WorkflowId.parse('00000000-0000-4000-8000-0000000000c1')
const FIREMAN = WorkflowId.parse('00000000-0000-4000-8000-0000000000c2')

const call = (config: DataObject = {}, workflow: string = CALLED) => ({
  type: 'logic.call_workflow',
  config: { workflow, ...config },
})
const given = (name: string, value: DataObject[string]) => ({
  inputs: [{ name, type: 'auto', value }],
})
const caller = (config: DataObject = {}, settings: DataObject = {}) =>
  draw(
    { start: 'trigger.manual', call: call(config), after: set('{{ steps.call.result }}') },
    ['start -> call -> after'],
    settings,
  )
const doubler = draw({ start: 'trigger.called', twice: set('{{ trigger.amount | times: 2 }}') }, [
  'start -> twice',
])
const sleeper = draw(
  {
    start: 'trigger.called',
    sleep: { type: 'logic.delay', config: { duration: { amount: 9, unit: 'days' } } },
  },
  ['start -> sleep'],
)
const failing = draw(
  { start: 'trigger.called', stop: { type: 'logic.stop', config: { message: 'No stock' } } },
  ['start -> stop'],
)

/** The executions of one workflow, in the order in which they began. */
const of = ({ store }: Bench, workflow: WorkflowId) =>
  [...store.executions.values()].filter(({ made }) => made.workflow === workflow)

const outputOf = (b: Bench, execution: ExecutionId, node: string) =>
  b.steps(execution).find((step) => step.node === node)?.output

describe('calling a workflow and waiting for it', () => {
  it('hands inputs over and the result back', async () => {
    const b = bench()
    b.publish(doubler, CALLED)
    const { execution, outcome } = await b.run(caller(given('amount', '{{ trigger.n }}')), {
      n: 21,
    })
    expect(outcome).toEqual({ status: 'waiting', wakeAt: null })
    await b.allToTheEnd()
    expect(b.store.executions.get(execution)?.status).toBe('succeeded')
    expect(outputOf(b, execution, 'after')).toEqual({ value: { value: 42 } })
    const [child] = of(b, CALLED)
    expect(child?.made.parent).toEqual({ execution, node: 'call', path: '' })
  })

  it('fails when the called workflow fails, and says why', async () => {
    const b = bench()
    b.publish(failing, CALLED)
    const { execution } = await b.run(caller())
    await b.allToTheEnd()
    const { status, error } = b.store.executions.get(execution) ?? {}
    expect(status).toBe('failed')
    expect(error).toMatchObject({ code: 'call.failed', node: 'call' })
    expect(error?.detail).toContain('No stock')
  })

  it('fails when somebody cancels the called execution', async () => {
    const b = bench()
    b.publish(doubler, CALLED)
    const { execution } = await b.run(caller(given('amount', 1)))
    const [child] = of(b, CALLED)
    if (child === undefined) throw new Error('nothing was called')
    b.store.requestCancel(child.made.id)
    await b.allToTheEnd()
    expect(b.store.executions.get(execution)?.error?.code).toBe('call.cancelled')
  })

  it('cancelling reaches what was called', async () => {
    const b = bench()
    b.publish(sleeper, CALLED)
    const { execution } = await b.run(caller())
    b.store.requestCancel(execution)
    await b.allToTheEnd()
    expect([...b.store.executions.values()].map(({ status }) => status)).toEqual([
      'cancelled',
      'cancelled',
    ])
  })

  it('stops the called execution when its own time is up', async () => {
    const b = bench()
    b.publish(sleeper, CALLED)
    const patient = draw(
      {
        start: 'trigger.manual',
        call: call({ limited: true, patience: { amount: 1, unit: 'hours' }, onTimeout: 'port' }),
        late: set('late'),
      },
      ['start -> call', 'call:timeout -> late'],
    )
    const { execution } = await b.run(patient)
    await b.allToTheEnd()
    expect(outputOf(b, execution, 'late')).toEqual({ value: 'late' })
    expect(of(b, CALLED).map(({ status }) => status)).toEqual(['cancelled'])
  })

  it('names an input that is missing', async () => {
    const b = bench()
    const strict = draw(
      {
        start: {
          type: 'trigger.called',
          config: { inputs: [{ name: 'amount', type: 'number', value: '' }] },
        },
      },
      [],
    )
    b.publish(strict, CALLED)
    const { execution } = await b.run(caller(given('sum', 1)))
    await b.allToTheEnd()
    const [child] = of(b, CALLED)
    expect(child?.error).toMatchObject({ code: 'called.input_missing' })
    expect(child?.error?.detail).toContain('"amount"')
    expect(b.store.executions.get(execution)?.error?.detail).toContain('"amount"')
  })

  it('says so when the workflow cannot be called', async () => {
    const b = bench()
    const { error } = await b.run(caller())
    expect(error).toMatchObject({ code: 'call.not_callable', node: 'call', field: 'workflow' })
  })

  it('calls once for each item of a loop, and keeps the results in order', async () => {
    const b = bench()
    b.publish(doubler, CALLED)
    const loop = draw(
      {
        start: 'trigger.manual',
        loop: each('{{ trigger.list }}', { concurrency: 3 }),
        call: call(given('amount', '{{ item }}')),
        one: set('{{ steps.call.result.value }}'),
      },
      ['start -> loop', 'loop:each -> call -> one'],
    )
    const { execution } = await b.run(loop, { list: [1, 2, 3, 4, 5] })
    await b.allToTheEnd()
    expect(outputOf(b, execution, 'loop')).toMatchObject({
      results: [2, 4, 6, 8, 10].map((value) => ({ value })),
    })
  })

  it('a workflow that calls itself comes to an end soon, and says what is wrong', async () => {
    const b = bench()
    const endless = draw({ start: 'trigger.called', again: call() }, ['start -> again'])
    b.publish(endless, CALLED)
    const { execution } = await b.run(caller())
    await b.allToTheEnd()
    const all = [...b.store.executions.values()]
    expect(all).toHaveLength(11)
    expect(all.every(({ status }) => status === 'failed')).toBe(true)
    expect(all.at(-1)?.error?.code).toBe('execution.too_deep')
    expect(b.store.executions.get(execution)?.error?.code).toBe('call.failed')
  })

  it('stops what it called when it fails meanwhile', async () => {
    const b = bench()
    b.publish(sleeper, CALLED)
    const torn = draw(
      {
        start: 'trigger.manual',
        call: call(),
        pause: { type: 'logic.delay', config: { duration: { amount: 1, unit: 'hours' } } },
        stop: { type: 'logic.stop', config: { message: 'Enough' } },
      },
      ['start -> call', 'start -> pause -> stop'],
    )
    const { execution } = await b.run(torn)
    await b.allToTheEnd()
    expect(b.store.executions.get(execution)?.status).toBe('failed')
    expect(of(b, CALLED).map(({ status }) => status)).toEqual(['cancelled'])
  })

  it('hears of it when what it called cannot be run at all', async () => {
    const b = bench()
    const gone = b.publish(sleeper, CALLED)
    const { execution } = await b.run(caller())
    const version = b.store.version.bind(b.store)
    b.store.version = (id) => (id === gone ? version(VersionId.parse(execution)) : version(id))
    await b.allToTheEnd()
    expect(of(b, CALLED)[0]?.error?.code).toBe('version.not_found')
    expect(b.store.executions.get(execution)?.error).toMatchObject({ code: 'call.failed' })
  })

  it('calls anew when it is retried, at the very same moment, too', async () => {
    const b = bench()
    b.publish(failing, CALLED)
    const { execution } = await b.run(caller(given('amount', 4)))
    await b.allToTheEnd()
    b.publish(doubler, CALLED)
    b.store.requestRetry(execution)
    await b.allToTheEnd()
    expect(b.store.executions.get(execution)?.status).toBe('succeeded')
    expect(of(b, CALLED).map(({ status }) => status)).toEqual(['failed', 'succeeded'])
  })

  it('is not told twice: a retry of the called execution changes nothing for it', async () => {
    const b = bench()
    b.publish(failing, CALLED)
    const { execution } = await b.run(caller())
    await b.allToTheEnd()
    const before = structuredClone(b.steps(execution))
    const [child] = of(b, CALLED)
    if (child === undefined) throw new Error('nothing was called')
    b.store.requestRetry(child.made.id)
    await b.allToTheEnd()
    expect(child.status).toBe('failed')
    expect(b.store.executions.get(execution)?.status).toBe('failed')
    expect(b.steps(execution)).toEqual(before)
  })

  it.each([true, false])('calls 1,000 times at most (waiting: %s), and says so', async (wait) => {
    const b = bench()
    b.publish(doubler, CALLED)
    const loop = draw(
      {
        start: 'trigger.manual',
        loop: each('{{ trigger.list }}', { concurrency: 10 }),
        call: call({ wait, ...given('amount', '{{ item }}') }),
      },
      ['start -> loop', 'loop:each -> call'],
    )
    const { execution } = await b.run(loop, { list: Array.from({ length: 1001 }, (_, i) => i) })
    await b.allToTheEnd()
    expect(b.store.executions.get(execution)?.error).toMatchObject({
      code: 'execution.too_many_children',
      node: 'call',
    })
    expect(of(b, CALLED)).toHaveLength(1000)
  })
})

describe('calling a workflow and going on', () => {
  it('starts it in the same write as its own end', async () => {
    const b = bench()
    b.publish(doubler, CALLED)
    const { outcome, outputs, execution } = await b.run(
      caller({ wait: false, ...given('amount', 2) }),
    )
    expect(outcome.status).toBe('succeeded')
    expect(outputs['call']).toMatchObject({ status: 'started' })
    await b.allToTheEnd()
    const [child] = of(b, CALLED)
    expect(child?.status).toBe('succeeded')
    // It's known who called it, but nobody waits for its end.
    expect(child?.made).toMatchObject({ caller: execution })
    expect(child?.made.parent).toBeUndefined()
  })
})

describe('an error workflow', () => {
  const fireman = draw({ start: 'trigger.failure', note: set('{{ trigger.error.detail }}') }, [
    'start -> note',
  ])
  const burning = draw(
    { start: 'trigger.manual', stop: { type: 'logic.stop', config: { message: 'Fire' } } },
    ['start -> stop'],
    { errorWorkflow: FIREMAN },
  )

  it('begins once when an execution fails, and is told what happened', async () => {
    const b = bench()
    b.publish(fireman, FIREMAN)
    const { execution } = await b.run(burning, { order: 17 })
    await b.allToTheEnd()
    const [told, ...others] = of(b, FIREMAN)
    expect(others).toEqual([])
    expect(told?.status).toBe('succeeded')
    expect(told?.made.triggerData).toMatchObject({
      execution: { id: execution },
      error: { code: 'workflow.stopped', detail: 'Fire' },
      step: { key: 'stop' },
      trigger: { order: 17 },
    })
  })

  it('begins when the time is up, too', async () => {
    const b = bench()
    b.publish(fireman, FIREMAN)
    const slow = draw(
      {
        start: 'trigger.manual',
        sleep: { type: 'logic.delay', config: { duration: { amount: 9, unit: 'days' } } },
      },
      ['start -> sleep'],
      { errorWorkflow: FIREMAN, timeoutSeconds: 60 },
    )
    await b.run(slow)
    await b.allToTheEnd()
    expect(of(b, FIREMAN)[0]?.made.triggerData).toMatchObject({
      error: { code: 'execution.timed_out' },
    })
  })

  it('does not begin for test runs, nor for what succeeds, is cancelled or deals with its failure', async () => {
    const b = bench([callNode(() => Promise.reject(new Error('down')))])
    b.publish(fireman, FIREMAN)
    await b.run(burning, {}, { mode: 'test' })
    const settings = { errorWorkflow: FIREMAN }
    await b.run(draw({ start: 'trigger.manual' }, [], settings))
    await b.run(
      draw(
        { start: 'trigger.manual', call: { type: 'test.call', onError: 'continue' } },
        ['start -> call'],
        settings,
      ),
    )
    await b.allToTheEnd()
    expect(of(b, FIREMAN)).toEqual([])
  })

  it('that fails itself starts no other', async () => {
    const b = bench()
    const alsoBurning = draw(
      { start: 'trigger.failure', stop: { type: 'logic.stop', config: { message: 'Again' } } },
      ['start -> stop'],
      { errorWorkflow: FIREMAN },
    )
    b.publish(alsoBurning, FIREMAN)
    await b.run(burning)
    await b.allToTheEnd()
    expect(of(b, FIREMAN)).toHaveLength(1)
  })

  it('that is not published breaks nothing', async () => {
    const b = bench()
    const lines: string[] = []
    const engine = createEngine({
      ...{ store: b.store, services: b.services, registry, owner: 'test' },
      log: (line) => lines.push(line),
    })
    const claimed = await b.accept(b.publish(burning))
    const outcome = await engine.run(claimed)
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'workflow.stopped' } })
    expect(lines).toEqual([expect.stringContaining(FIREMAN)])
  })
})
