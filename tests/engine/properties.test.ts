import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createEngine,
  createRegistry,
  registry,
  type ClaimedExecution,
  type Data,
  type WorkflowDefinition,
} from '#lib/engine/index.ts'
import { abandoned, bench, draw, type Bench } from './bench.ts'
import { CrashingStore, History, type Crash } from './crashing-store.ts'
import { TRIGGER, workflows } from './random-workflow.ts'
import { callNode, create, each, set, when } from './test-nodes.ts'

/** What counts of an execution that is over: how each step ended, what was made, who was called with which key. */
interface Ended {
  status: string
  steps: string[]
  records: number
  keys: string[]
}

interface Faults {
  crashes: Crash[]
  /** Seeds how long each call outside takes, and so the order in which parallel steps end. */
  seed: number
}

async function runThrough(
  definition: WorkflowDefinition,
  { crashes, seed }: Faults,
  trigger: Data = TRIGGER,
): Promise<Ended> {
  const keys = new Set<string>()
  const history = new History()
  let random = seed
  const call = callNode(async (name, { idempotencyKey, signal }) => {
    keys.add(idempotencyKey)
    random = (random * 48271) % 2147483647
    await b.clock.sleep(random % 5000, signal)
    return name
  })
  const b = bench([call])
  const { lease, workspace, version } = await b.accept(b.publish(definition), trigger)
  const first = { lease, workspace, version }
  let claimed: ClaimedExecution | null = {
    ...first,
    ...{ workflow: '' as never, triggerNode: 'start' as never, triggerData: trigger },
    ...{ mode: 'live', createdAt: new Date(b.clock.now()).toISOString(), retriedAt: null },
    cancelRequested: false,
    ...{ steps: [], attemptsBefore: {}, lastSeq: 0, deliveries: [], depth: 0, isAwaited: false },
  }
  for (let process = 0; claimed !== null && process < 500; process++) {
    const store = new CrashingStore(
      b.store,
      crashes[process] ?? { write: 0, when: 'before' },
      history,
    )
    const services = {
      clock: b.clock,
      http: { request: () => Promise.reject(new Error()) },
      mail: { send: () => Promise.reject(new Error()) },
    }
    const engine = createEngine({
      store,
      services,
      registry: createRegistry([...registry.all, call]),
      owner: `${process}`,
    })
    await b.clock.until(engine.run(claimed))
    claimed = await next(b, claimed)
  }
  expect(history.refused).toEqual([])
  return summary(b, lease.execution, workspace, [...keys].sort())
}

async function next(
  b: Bench,
  { lease: { execution } }: ClaimedExecution,
): Promise<ClaimedExecution | null> {
  const stored = b.store.executions.get(execution)
  if (stored?.status === 'running') return await abandoned(b, execution)
  if (stored?.status !== 'waiting') return null
  if (stored.wakeAt !== null) await b.clock.advance(Math.max(0, stored.wakeAt - b.clock.now()))
  return await b.store.claim(execution)
}

function summary(
  b: Bench,
  execution: ClaimedExecution['lease']['execution'],
  workspace: ClaimedExecution['workspace'],
  keys: string[],
): Ended {
  const last = new Map<string, string>()
  const inOrder = b.store.steps(execution).toSorted((x, y) => x.attempt - y.attempt)
  for (const { node, path, status, port, output } of inOrder) {
    // Ids of records and moments depend on when and in which order things happened; their shape doesn't.
    const text = JSON.stringify(output).replaceAll(
      /00000000-0000-4000-8000-\d{12}|\d{4}-\d\d-\d\dT[\d:.]+Z/g,
      '…',
    )
    last.set(`${node}@${path}`, `${status} ${port} ${text}`)
  }
  return {
    status: b.store.executions.get(execution)?.status ?? '',
    steps: [...last].map(([place, end]) => `${place}: ${end}`).sort(),
    records: b.store.records(workspace).all().length,
    keys: keys.map((key) => key.slice(36)),
  }
}

const RUNS = 150

describe('any sound workflow', () => {
  it('ends: no join hangs, whatever is taken, skipped, switched off or fails', async () => {
    await fc.assert(
      fc.asyncProperty(workflows(12), async (definition) => {
        const ended = await runThrough(definition, { crashes: [], seed: 1 })
        expect(ended.status).toBe('succeeded')
        expect(ended.steps.filter((step) => /: (running|waiting)/.test(step))).toEqual([])
      }),
      { numRuns: RUNS },
    )
  })

  it('ends the same way in whichever order parallel steps are done', async () => {
    await fc.assert(
      fc.asyncProperty(workflows(8), fc.integer({ min: 1, max: 1e9 }), async (definition, seed) => {
        const one = await runThrough(definition, { crashes: [], seed: 1 })
        expect(await runThrough(definition, { crashes: [], seed })).toEqual(one)
      }),
      { numRuns: RUNS },
    )
  })

  it('ends as without faults when processes die at any writes: records once, outside with the same keys', async () => {
    const crash = fc.record({
      write: fc.integer({ min: 1, max: 6 }),
      when: fc.constantFrom<Crash['when']>('before', 'after'),
    })
    await fc.assert(
      fc.asyncProperty(
        workflows(8),
        fc.array(crash, { minLength: 1, maxLength: 4 }),
        async (definition, crashes) => {
          const twin = await runThrough(definition, { crashes: [], seed: 1 })
          expect(await runThrough(definition, { crashes, seed: 1 })).toEqual(twin)
        },
      ),
      { numRuns: RUNS },
    )
  })
})

/** Most items only compute; every so often one makes a record or calls outside. Some fail. */
const longLoop = (concurrency: number) =>
  draw(
    {
      start: 'trigger.manual',
      loop: each('{{ trigger.list }}', { concurrency, onItemError: 'continue' }),
      a: set('{{ item.number }}'),
      check: when('{{ item.acts }}', 'equals', true),
      made: create('{{ item.number }}'),
      called: 'test.call',
      end: set('{{ steps.loop }}'),
    },
    [
      'start -> loop',
      'loop:each -> a -> check',
      'check:true -> made -> called',
      'loop:done -> end',
    ],
  )

describe('any long loop', () => {
  const list = Array.from({ length: 1600 }, (_, number) =>
    number % 531 === 530 ? { number } : { number, acts: number % 123 === 0 },
  )

  it('ends as without faults when processes die at any writes, in the middle of chunks or between them', async () => {
    const crash = fc.record({
      write: fc.integer({ min: 1, max: 30 }),
      when: fc.constantFrom<Crash['when']>('before', 'after'),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(1, 3, 40),
        fc.array(crash, { minLength: 1, maxLength: 4 }),
        async (concurrency, crashes) => {
          const definition = longLoop(concurrency)
          const twin = await runThrough(definition, { crashes: [], seed: 1 }, { list })
          expect(await runThrough(definition, { crashes, seed: 1 }, { list })).toEqual(twin)
        },
      ),
      { numRuns: 10 },
    )
  })
})
