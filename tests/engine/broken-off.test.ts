import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  createEngine,
  createRegistry,
  defineNode,
  finish,
  registry,
  StepFailure,
  suspend,
  type Services,
  type StepRecord,
} from '#lib/engine/index.ts'
import { abandoned, bench, draw, ranOf } from './bench.ts'
import { CrashingStore } from './crashing-store.ts'
import { callNode, create, each, pureNode } from './test-nodes.ts'

/* What the simulation found (tests/simulation), each with the smallest workflow that shows it. */

/** Asks somebody, in a transaction. */
const ask = defineNode({
  type: 'test.ask',
  version: 1,
  category: 'logic',
  title: 'Ask',
  description: 'Waits for an answer.',
  icon: 'hand',
  effect: 'suspending',
  inTransaction: true,
  config: z.object({}),
  output: z.object({}),
  sample: {},
  run: async () =>
    suspend(null, null, { waits: [{ kind: 'approval', key: 'answer', data: null }] }),
  resume: async () => finish({}),
})

describe('a write whose outcome nobody knows', () => {
  it('is the last one of its run: what came after it could be there without it', async () => {
    const b = bench([callNode(() => 1)])
    const { transact, checkpoint } = b.store
    let isUnknown = false
    let later = 0
    b.store.transact = async (...write) => {
      await transact.apply(b.store, write)
      // Meanwhile the step outside is done and wants to be written.
      await b.clock.sleep(100)
      isUnknown = true
      throw new Error('connection reset')
    }
    b.store.checkpoint = (...write) => {
      if (isUnknown) later++
      return checkpoint.apply(b.store, write)
    }
    const ran = await b.run(
      draw({ start: 'trigger.manual', call: 'test.call', make: create('Ada') }, [
        'start -> call',
        'start -> make',
      ]),
    )
    expect(ran.outcome.status).toBe('lost')
    expect(later).toBe(0)
    Object.assign(b.store, { transact, checkpoint })
    expect(await b.toTheEnd(ran.execution)).toMatchObject({ status: 'succeeded' })
  })
})

describe('a step that is called off in the middle of a transaction', () => {
  it.each(['before', 'after'] as const)(
    'that puts it to sleep, %s that is committed: it ends as cancelled and waits for nobody',
    async (when) => {
      const b = bench([
        ask,
        callNode(async () => {
          await b.clock.sleep(5)
          throw new StepFailure({
            ...{ code: 'x.no', title: 'No', detail: 'It said no.', retryable: false },
          })
        }),
      ])
      const { transact } = b.store
      b.store.transact = async (lease, workspace, work) => {
        const written = await transact.call(b.store, lease, workspace, async (services) => {
          const write = await work(services)
          if (when === 'before') await b.clock.sleep(10)
          return write
        })
        await b.clock.sleep(10)
        return written
      }
      const ran = await b.run(
        draw({ start: 'trigger.manual', call: 'test.call', ask: 'test.ask' }, [
          'start -> call',
          'start -> ask',
        ]),
      )
      expect(ran.outcome).toMatchObject({ status: 'failed', error: { node: 'call' } })
      expect(ran.steps['ask']?.status).toBe('cancelled')
      expect(b.store.executions.get(ran.execution)?.waits).toEqual([])
    },
  )
})

describe('an attempt that was cut off', () => {
  it("doesn't use up one of the attempts that the person allowed", async () => {
    let calls = 0
    const act = () => {
      calls++
      // Twice it fails by itself; the first attempt's process dies before anybody hears of it.
      if (calls > 2) return calls
      throw new StepFailure({
        ...{ code: 'x.busy', title: 'Busy', detail: 'Not now.', retryable: true },
      })
    }
    const b = bench([callNode(act)])
    const services: Services = {
      clock: b.clock,
      http: { request: () => Promise.reject(new Error()) },
      mail: { send: () => Promise.reject(new Error()) },
    }
    const retry = { attempts: 2, backoff: 'fixed', delaySeconds: 1 }
    const definition = draw({ start: 'trigger.manual', call: { type: 'test.call', retry } }, [
      'start -> call',
    ])
    const claimed = await b.accept(b.publish(definition))
    const dying = createEngine({
      store: new CrashingStore(b.store, { write: 2, when: 'before' }),
      ...{
        services,
        registry: createRegistry([...registry.all, callNode(act), pureNode(() => 1)]),
      },
      owner: 'dying',
    })
    await b.clock.until(dying.run(claimed))
    const taken = await abandoned(b, claimed.lease.execution)
    if (taken === null) throw new Error('not abandoned')
    const outcome = await b.clock.until(b.engine.run(taken))
    expect(outcome.status).toBe('succeeded')
    expect(ranOf(b, claimed.lease.execution, outcome).steps['call']?.attempt).toBe(3)
  })
})

describe('a process whose clock is behind the database’s', () => {
  it.each([500, 1900])(
    'by %i ms: it holds what it was given too early, instead of handing it back',
    async (behind) => {
      const b = bench()
      const clock = {
        ...b.clock,
        now: () => b.clock.now() - behind,
        sleep: b.clock.sleep.bind(b.clock),
        random: () => 0,
      }
      const services: Services = {
        clock,
        http: { request: () => Promise.reject(new Error()) },
        mail: { send: () => Promise.reject(new Error()) },
      }
      const slow = createEngine({ store: b.store, services, registry, owner: 'behind' })
      const wait = { type: 'logic.delay', config: { duration: { amount: 1, unit: 'hours' } } }
      const ran = await b.run(draw({ start: 'trigger.manual', wait }, ['start -> wait']))
      await b.clock.advance(3_600_000)
      const claimed = await b.store.claim(ran.execution)
      if (claimed === null) throw new Error('not due')
      expect(await b.clock.until(slow.run(claimed))).toMatchObject({ status: 'succeeded' })
    },
  )
})

describe('an execution that fails while it is taken up again', () => {
  it('leaves no step behind that looks as if it went on', async () => {
    const b = bench([callNode(() => 1)])
    const fails = {
      type: 'data.set_variables',
      config: { variables: [variable('{{ trigger.no }}')] },
    }
    const definition = draw(
      {
        start: 'trigger.manual',
        call: 'test.call',
        fails,
        loop: each('{{ trigger.list }}', { concurrency: 2 }),
        wait: { type: 'logic.delay', config: { duration: { amount: 1, unit: 'hours' } } },
      },
      ['start -> loop', 'loop:each -> wait', 'start -> call -> fails'],
    )
    const claimed = await b.accept(b.publish(definition), { list: [1, 2] })
    // Dies with the failure written down, and the end not.
    const checkpoint = b.store.checkpoint.bind(b.store)
    b.store.checkpoint = async (lease, write) => {
      if (write.status === 'running') return await checkpoint(lease, write)
      await checkpoint(lease, { steps: write.steps.filter(isOfOthers), status: 'running' })
      throw new Error('connection reset')
    }
    expect(await b.clock.until(b.engine.run(claimed))).toMatchObject({ status: 'lost' })
    b.store.checkpoint = checkpoint
    const { execution } = claimed.lease
    expect(await b.toTheEnd(execution)).toMatchObject({ status: 'failed' })
    const open = b
      .steps(execution)
      .filter(({ status }) => status === 'running' || status === 'waiting')
    expect(open).toEqual([])
  })
})

const variable = (value: string) => ({ name: 'value', type: 'auto', value })

/** Records of steps that a failure elsewhere would call off are left as they were. */
const isOfOthers = ({ status }: StepRecord): boolean => status !== 'cancelled'
