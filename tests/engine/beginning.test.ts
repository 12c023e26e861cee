import { describe, expect, it } from 'vitest'
import {
  createEngine,
  createRegistry,
  ExecutionId,
  LeaseLost,
  MemoryStore,
  NodeId,
  registry,
  type AcceptResult,
  type Checkpoint,
  type FirstWrite,
  type Lease,
  type NewExecution,
  type WorkflowDefinition,
} from '#lib/engine/index.ts'
import { bench, draw, type Bench } from './bench.ts'

const PURE = draw(
  {
    start: 'trigger.manual',
    a: {
      type: 'data.set_variables',
      config: { variables: [{ name: 'x', type: 'auto', value: 1 }] },
    },
  },
  ['start -> a'],
)
const EXTERNAL = draw(
  {
    start: 'trigger.manual',
    call: { type: 'http.request', config: { method: 'GET', url: 'https://example.org/' } },
  },
  ['start -> call'],
)

/** A store whose accepts the test answers, and which says what came in which order. */
class SlowStore extends MemoryStore {
  readonly told: string[] = []
  /** What the accept takes along, as the test wants. */
  takes = false
  #sent: (() => void)[] = []

  override async accept(execution: NewExecution, first?: FirstWrite): Promise<AcceptResult> {
    await new Promise<void>((sent) => this.#sent.push(sent))
    const along = this.takes ? (first?.take() ?? null) : null
    const result = await super.accept(execution)
    this.told.push(`accept: ${result}${along === null ? '' : ` with ${along.status}`}`)
    if (result === 'accepted' && along !== null)
      await super.checkpoint({ execution: execution.id, number: 1 }, along)
    return result
  }

  override checkpoint(lease: Lease, write: Checkpoint) {
    this.told.push(`checkpoint: ${write.status}`)
    return super.checkpoint(lease, write)
  }

  /** Lets the accept go through that came last. */
  sendLast(): void {
    this.#sent.pop()?.()
  }

  /** Lets the accepts that wait go through. */
  send(): void {
    for (const sent of this.#sent.splice(0)) sent()
  }
}

/** Lets everything run that needs no answer of the store's. */
const pause = () => new Promise((done) => setTimeout(done, 5))

let made = 0
const nextId = () =>
  ExecutionId.parse(`00000000-0000-7000-9000-${String(++made).padStart(12, '0')}`)

function office(definition: WorkflowDefinition) {
  const b: Bench = bench()
  const store = new SlowStore({ clock: b.clock })
  const engine = createEngine({
    ...{ store, services: b.services, owner: 'test' },
    registry: createRegistry(registry.all),
  })
  const version = b.publish(definition)
  const published = b.store.version(version)
  const execution = async (more: Partial<NewExecution> = {}): Promise<NewExecution> => {
    const { workspace, workflow } = await published
    store.publish(await published)
    return {
      ...{ id: nextId(), workspace: workspace.id, workflow: workflow.id, version },
      ...{ triggerNode: NodeId.parse('start'), triggerKind: 'trigger.manual', triggerData: {} },
      ...{ mode: 'live', onlyIfLive: true, ...more },
    }
  }
  return { b, store, engine, execution }
}

describe('an execution that is run while it is being accepted', () => {
  it('is written whole with the accept when it is over by then', async () => {
    const { store, engine, execution } = office(PURE)
    store.takes = true
    const one = await execution()
    const { accepted, outcome } = engine.start(one)
    await pause()
    expect(store.told).toEqual([])
    store.send()
    expect(await accepted).toBe('accepted')
    expect(await outcome).toMatchObject({ status: 'succeeded' })
    expect(store.told).toEqual(['accept: accepted with succeeded'])
    expect(store.executions.get(one.id)?.status).toBe('succeeded')
    expect(store.steps(one.id).map(({ node, status }) => `${node} ${status}`)).toEqual([
      'start succeeded',
      'a succeeded',
    ])
  })

  it('writes after the accept what a store does not take along', async () => {
    const { store, engine, execution } = office(PURE)
    const one = await execution()
    const { outcome } = engine.start(one)
    await pause()
    store.send()
    expect(await outcome).toMatchObject({ status: 'succeeded' })
    expect(store.told).toEqual(['accept: accepted', 'checkpoint: succeeded'])
    expect(store.steps(one.id)).toHaveLength(2)
  })

  it.each([true, false])(
    'reaches nobody outside before it is durable (taken along: %s)',
    async (takes) => {
      const { b, store, engine, execution } = office(EXTERNAL)
      store.takes = takes
      const { outcome } = engine.start(await execution())
      await pause()
      expect(b.world.requests).toEqual([])
      store.send()
      expect(await outcome).toMatchObject({ status: 'succeeded' })
      expect(b.world.requests).toHaveLength(1)
      expect(store.told[0]).toBe(takes ? 'accept: accepted with running' : 'accept: accepted')
    },
  )

  it.each([PURE, EXTERNAL])(
    'writes nothing and does nothing when it is not accepted (%#)',
    async (definition) => {
      const { b, store, engine, execution } = office(definition)
      store.takes = true
      const one = await execution()
      store.publish({ ...(await store.version(one.version)), id: b.publish(definition) })
      const { accepted, outcome } = engine.start(one)
      await pause()
      store.send()
      expect(await accepted).toBe('not_live')
      const ended = await outcome
      expect(ended.status === 'lost' && ended.cause).toBeInstanceOf(LeaseLost)
      await pause()
      expect(store.told.filter((line) => line.startsWith('checkpoint'))).toEqual([])
      expect(b.world.requests).toEqual([])
      expect(store.executions.size).toBe(0)
    },
  )

  it('never writes under the lease of another process that was first', async () => {
    const { store, engine, execution } = office(EXTERNAL)
    const one = await execution()
    // The other process has it and holds lease 1, too.
    await MemoryStore.prototype.accept.call(store, one)
    const { accepted, outcome } = engine.start(one)
    store.send()
    expect(await accepted).toBe('duplicate')
    expect(await outcome).toMatchObject({ status: 'lost' })
    await pause()
    expect(store.told).toEqual(['accept: duplicate'])
    expect(store.steps(one.id)).toEqual([])
  })

  it('goes on in the run that was let in, when of two the later one was', async () => {
    const { b, store, engine, execution } = office(EXTERNAL)
    const one = await execution()
    const first = engine.start(one)
    const second = engine.start(one)
    // The network turns them round.
    store.sendLast()
    await pause()
    store.send()
    expect(await first.accepted).toBe('duplicate')
    expect(await second.accepted).toBe('accepted')
    expect(await first.outcome).toMatchObject({ status: 'lost' })
    expect(await second.outcome).toMatchObject({ status: 'succeeded' })
    expect(b.world.requests).toHaveLength(1)
  })

  it('is run once when it is offered twice at the same time', async () => {
    const { b, store, engine, execution } = office(EXTERNAL)
    const one = await execution()
    const runs = [engine.start(one), engine.start(one)]
    store.send()
    await pause()
    store.send()
    expect(await Promise.all(runs.map(({ accepted }) => accepted))).toEqual([
      'accepted',
      'duplicate',
    ])
    const outcomes = await Promise.all(runs.map(({ outcome }) => outcome))
    expect(outcomes.map(({ status }) => status)).toEqual(['succeeded', 'lost'])
    expect(b.world.requests).toHaveLength(1)
  })

  it("is nobody's to renew until it is accepted", async () => {
    const { store, engine, execution } = office(EXTERNAL)
    const one = await execution()
    const { outcome } = engine.start(one)
    await pause()
    expect(engine.active()).toEqual([])
    store.send()
    await outcome
  })

  it('is lost when the store cannot take it, and says so to whoever asked', async () => {
    const { store, engine, execution } = office(PURE)
    store.accept = () => Promise.reject(new Error('the database is away'))
    const { accepted, outcome } = engine.start(await execution())
    await expect(accepted).rejects.toThrow('the database is away')
    expect(await outcome).toMatchObject({ status: 'lost' })
    expect(engine.active()).toEqual([])
  })
})
