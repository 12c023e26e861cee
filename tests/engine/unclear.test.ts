import { describe, expect, it } from 'vitest'
import {
  createEngine,
  createRegistry,
  registry,
  StepFailure,
  Uncertain,
  type Data,
  type DataObject,
} from '#lib/engine/index.ts'
import { abandoned, bench, draw, ranOf, type Bench } from './bench.ts'
import { CrashingStore } from './crashing-store.ts'
import { callNode, create, each, set, type Act } from './test-nodes.ts'

const silence = () =>
  new Uncertain({ code: 'x.no_answer', title: 'No answer', detail: 'The line broke.' })

/** Acts as told, attempt by attempt; the last one holds from then on. */
function acting(...acts: (() => Promise<Data> | Data)[]) {
  const keys: string[] = []
  const act: Act = (_name, { idempotencyKey }) => {
    keys.push(idempotencyKey)
    return (acts[keys.length - 1] ?? acts.at(-1) ?? (() => null))()
  }
  return { b: bench([callNode(act, 'ask')]), act, keys }
}
const fails = () => {
  throw silence()
}

const drawing = (call: DataObject = {}, after = "{{ steps.call.answer | default: 'unknown' }}") =>
  draw(
    {
      start: 'trigger.manual',
      call: { type: 'test.call', ...call },
      make: create(after),
      failed: set('{{ steps.call.error.code }}'),
    },
    ['start -> call -> make', ...(call['onError'] === 'port' ? ['call:error -> failed'] : [])],
  )

/** What a person says of the first attempt, or of another one. */
const say = (b: Bench, execution: Parameters<Bench['steps']>[0], said: DataObject, attempt = 1) =>
  b.store.deliver(execution, 'verdict', String(attempt), { by: 'Ada', ...said })

const callsOf = (b: Bench, execution: Parameters<Bench['steps']>[0]) =>
  b
    .steps(execution)
    .filter(({ node }) => node === 'call')
    .map(({ attempt, status, error }) => [attempt, status, error?.code])

describe('a step whose outcome is unclear, and that asks a person', () => {
  it('sleeps without holding a process, and says what it waits for', async () => {
    const { b, keys } = acting(fails)
    const ran = await b.run(drawing())
    expect(ran.outcome).toEqual({ status: 'waiting', wakeAt: null })
    expect(ran.steps['call']).toMatchObject({
      status: 'waiting',
      finishedAt: null,
      error: { code: 'step.unclear', detail: 'The line broke.', node: 'call' },
    })
    expect(b.store.executions.get(ran.execution)?.waits).toMatchObject([
      { kind: 'verdict', key: '1', node: 'call', path: '', data: { title: 'call' } },
    ])
    expect(keys).toHaveLength(1)
    expect(b.engine.active()).toEqual([])
    // So lists of executions say it, until it's said.
    expect(b.store.executions.get(ran.execution)?.error).toMatchObject({ code: 'step.unclear' })
    say(b, ran.execution, { verdict: 'happened', output: { answer: 1 } })
    await b.toTheEnd(ran.execution)
    expect(b.store.executions.get(ran.execution)).toMatchObject({
      status: 'succeeded',
      error: null,
    })
  })

  it('has succeeded when the person says that it happened, with what came back', async () => {
    const { b, keys } = acting(fails)
    const { execution } = await b.run(drawing())
    expect(say(b, execution, { verdict: 'happened', output: { answer: 42 } })).toBe(true)
    // The first one wins.
    expect(say(b, execution, { verdict: 'again' })).toBe(false)
    const outcome = await b.toTheEnd(execution)
    expect(outcome.status).toBe('succeeded')
    const { steps } = ranOf(b, execution, outcome)
    expect(steps['call']).toMatchObject({
      status: 'succeeded',
      output: { answer: 42 },
      error: null,
      logs: [{ message: 'Ada has looked: it happened.' }],
    })
    expect(steps['make']?.output).toMatchObject({ record: { data: { name: 42 } } })
    expect(b.store.executions.get(execution)?.waits).toEqual([])
    expect(keys).toHaveLength(1)
  })

  it('hands on an empty value when nobody knows what came back', async () => {
    const { b } = acting(fails)
    const { execution } = await b.run(drawing({}, 'on'))
    say(b, execution, { verdict: 'happened' })
    const outcome = await b.toTheEnd(execution)
    expect(ranOf(b, execution, outcome).steps['call']).toMatchObject({
      status: 'succeeded',
      output: null,
    })
  })

  it('is done again with the same key when the person says that it did not happen', async () => {
    const { b, keys } = acting(fails, () => 'done')
    const { execution } = await b.run(drawing())
    say(b, execution, { verdict: 'again' })
    expect(await b.toTheEnd(execution)).toMatchObject({ status: 'succeeded' })
    expect(callsOf(b, execution)).toEqual([
      [1, 'failed', 'x.no_answer'],
      [2, 'succeeded', undefined],
    ])
    expect(keys).toHaveLength(2)
    expect(new Set(keys).size).toBe(1)
    expect(b.store.executions.get(execution)?.waits).toEqual([])
  })

  it('asks anew when the repeat is unclear too, and what was said of the first attempt does not count', async () => {
    const { b, keys } = acting(fails)
    const { execution } = await b.run(drawing())
    say(b, execution, { verdict: 'again' })
    expect(await b.toTheEnd(execution)).toEqual({ status: 'waiting', wakeAt: null })
    expect(say(b, execution, { verdict: 'again' }, 1)).toBe(false)
    expect(say(b, execution, { verdict: 'happened' }, 2)).toBe(true)
    expect(await b.toTheEnd(execution)).toMatchObject({ status: 'succeeded' })
    expect(keys).toHaveLength(2)
  })

  it.each([
    ['stop', 'failed', 'step.outcome_unknown'],
    ['continue', 'succeeded', undefined],
    ['port', 'succeeded', undefined],
  ] as const)('treated as failed, with on error: %s', async (onError, status, code) => {
    const { b, keys } = acting(fails)
    const { execution } = await b.run(drawing({ onError }))
    say(b, execution, { verdict: 'failed' })
    const outcome = await b.toTheEnd(execution)
    const ran = ranOf(b, execution, outcome)
    expect(outcome.status).toBe(status)
    expect(ran.error?.code).toBe(code)
    expect(ran.steps['call']).toMatchObject({
      status: 'failed',
      error: { code: 'step.outcome_unknown', detail: 'The line broke.' },
    })
    if (onError === 'port') expect(ran.outputs['failed']).toEqual({ value: 'step.outcome_unknown' })
    expect(keys).toHaveLength(1)
  })

  it('asks after a timeout that may have acted', async () => {
    const { b, keys } = acting(() => b.clock.sleep(100_000).then(() => null))
    const { steps, outcome } = await b.run(
      drawing({ timeoutSeconds: 5, retry: { attempts: 5, backoff: 'fixed', delaySeconds: 0 } }),
    )
    expect(outcome.status).toBe('waiting')
    expect(steps['call']).toMatchObject({ status: 'waiting', error: { code: 'step.unclear' } })
    expect(keys).toHaveLength(1)
  })

  it('still tries again by itself what certainly did not happen', async () => {
    const down = () => {
      throw new StepFailure({ code: 'x.down', title: 'Down', detail: 'Down.', retryable: true })
    }
    const { b, keys } = acting(down, fails)
    const ran = await b.run(drawing({ retry: { attempts: 3, backoff: 'fixed', delaySeconds: 1 } }))
    expect(ran.outcome.status).toBe('waiting')
    expect(keys).toHaveLength(2)
    // What a person asked for counts as one of them.
    say(b, ran.execution, { verdict: 'again' }, 2)
    expect(await b.toTheEnd(ran.execution)).toMatchObject({ status: 'waiting' })
  })

  it('holds nothing up that runs beside it, and each item of a loop is asked about by itself', async () => {
    const acts: string[] = []
    const b = bench([
      callNode((_name, { idempotencyKey }) => {
        acts.push(idempotencyKey)
        if (acts.length <= 2) throw silence()
        return acts.length
      }, 'ask'),
    ])
    const { execution, steps } = await b.run(
      draw(
        {
          start: 'trigger.manual',
          loop: each('{{ trigger.list }}', { concurrency: 3 }),
          call: 'test.call',
          other: set(1),
        },
        ['start -> loop', 'loop:each -> call', 'start -> other'],
      ),
      { list: [1, 2, 3] },
    )
    expect(steps['other']?.status).toBe('succeeded')
    const places = b.store.executions.get(execution)?.waits.map(({ path }) => path)
    expect(places).toEqual(['loop:0', 'loop:1'])
    const wait = b.store.executions.get(execution)?.waits ?? []
    // Both have the same key: the place says which of them is meant.
    for (const place of wait.toReversed()) {
      b.store.deliver(execution, 'verdict', '1', { verdict: 'happened', output: place.path }, place)
    }
    expect(await b.toTheEnd(execution)).toMatchObject({
      status: 'succeeded',
      output: { loop: { results: ['loop:0', 'loop:1', { answer: 3 }] } },
    })
    expect(acts).toHaveLength(3)
  })

  it('can be cancelled, and still says that it is unclear', async () => {
    const { b } = acting(fails)
    const { execution } = await b.run(drawing())
    b.store.requestCancel(execution)
    expect(b.store.executions.get(execution)).toMatchObject({ status: 'cancelled', waits: [] })
    expect(callsOf(b, execution)).toEqual([[1, 'cancelled', 'step.unclear']])
    expect(say(b, execution, { verdict: 'again' })).toBe(false)
  })
})

describe('a process that dies around a step that asks a person', () => {
  /** Runs on processes of which the first dies at a write; a person answers whenever somebody asks. */
  async function dying(
    { write, when }: { write: number; when: 'before' | 'after' },
    verdict: string,
    unclear = true,
  ) {
    let acts = 0
    const act: Act = () => {
      acts += 1
      if (unclear && acts === 1) throw silence()
      return acts
    }
    const b = bench([callNode(act, 'ask')])
    const store = new CrashingStore(b.store, { write, when })
    const mortal = createEngine({
      store,
      services: b.services,
      registry: createRegistry([...registry.all, callNode(act, 'ask')]),
      owner: 'mortal',
    })
    const claimed = await b.accept(b.publish(drawing()))
    const { execution } = claimed.lease
    let again = 0
    let outcome = await b.clock.until(mortal.run(claimed))
    for (let round = 0; round < 10; round++) {
      const stored = b.store.executions.get(execution)
      if (stored?.status === 'running') {
        const taken = await abandoned(b, execution)
        if (taken !== null) outcome = await b.clock.until(b.engine.run(taken))
        continue
      }
      if (stored?.status !== 'waiting') break
      const [open] = stored.waits
      if (open?.delivery === null) {
        // Says the same of every attempt, but doesn't repeat for ever.
        const said = verdict === 'again' && again > 0 ? 'happened' : verdict
        if (said === 'again') again += 1
        b.store.deliver(execution, 'verdict', open.key, { verdict: said, by: 'Ada' })
      }
      // The first process takes it up, as long as it lives.
      const woken = await b.store.claim(execution)
      const by = store.isDead ? b.engine : mortal
      if (woken !== null) outcome = await b.clock.until(by.run(woken))
    }
    return { b, execution, outcome, acts, again, status: b.store.executions.get(execution)?.status }
  }

  const crashes = [1, 2, 3, 4, 5, 6].flatMap((write) => [
    { write, when: 'before' as const },
    { write, when: 'after' as const },
  ])

  it.each(crashes)('at write $write, $when: what is not to be repeated is not', async (crash) => {
    for (const verdict of ['happened', 'failed']) {
      const { acts, status, b, execution } = await dying(crash, verdict)
      expect(status).toBe(verdict === 'happened' ? 'succeeded' : 'failed')
      expect(acts).toBeLessThanOrEqual(1)
      expect(b.store.executions.get(execution)?.waits).toEqual([])
    }
  })

  it.each(crashes)('at write $write, $when: it acts as often as a person says', async (crash) => {
    for (const unclear of [true, false]) {
      const { acts, again, status } = await dying(crash, 'again', unclear)
      expect(status).toBe('succeeded')
      expect(acts).toBeLessThanOrEqual(1 + again)
    }
  })

  it('an attempt that was cut off is asked about, and the next one is another attempt', async () => {
    const { b, execution, acts } = await dying({ write: 2, when: 'before' }, 'again', false)
    expect(acts).toBe(2)
    expect(callsOf(b, execution)).toEqual([
      [1, 'failed', 'step.interrupted'],
      [2, 'succeeded', undefined],
    ])
  })
})
