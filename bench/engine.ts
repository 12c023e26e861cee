import {
  createEngine,
  createRegistry,
  ExecutionId,
  MemoryStore,
  NodeId,
  parseDefinition,
  registry,
  VersionId,
  WorkflowId,
  WorkspaceId,
  type Clock,
  type Engine,
  type WorkflowDefinition,
} from '../src/lib/engine/index.ts'
import { row, setters, webhook } from './lib/drawing.ts'
import { rounded } from './lib/latency.ts'
import { progress, report } from './lib/report.ts'

/** Pure nodes with two templates each, behind a webhook trigger. */
const NODES = 10
const WARM_MS = 2_000
const MS = 8_000

const workspace = WorkspaceId.parse('00000000-0000-4000-8000-000000000001')
const workflow = WorkflowId.parse('00000000-0000-4000-8000-000000000002')
const trigger = NodeId.parse('webhook')

const clock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
}

let made = 0
const uuid = (): string => `00000000-0000-7000-8000-${String(++made).padStart(12, '0')}`

const PAYLOAD = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  query: {},
  body: { name: 'Ada Lovelace', email: 'ada@example.org', amount: 17 },
  received_at: '2026-11-23T09:00:00.000Z',
}

const store = new MemoryStore({ clock })

function published(definition: WorkflowDefinition): VersionId {
  const id = VersionId.parse(uuid())
  store.publish({
    ...{ id, definition, workspace: { id: workspace, name: 'Bench', timeZone: 'Europe/Berlin' } },
    workflow: { id: workflow, name: 'Bench' },
  })
  return id
}

/** Accepts one and runs it to its end; throws unless it succeeded with all its steps written down. */
async function one(engine: Engine, version: VersionId): Promise<void> {
  const id = uuid() as ExecutionId // made right above, in the form of one
  const { claimed } = await engine.accept({
    ...{ id, workspace, workflow, version, triggerNode: trigger, triggerKind: 'trigger.webhook' },
    ...{ triggerData: PAYLOAD, mode: 'live', onlyIfLive: false },
  })
  if (claimed === null) throw new Error('not accepted')
  const { status } = await engine.run(claimed)
  const steps = store.executions.get(id)?.steps.size
  if (status !== 'succeeded' || steps !== NODES + 1) throw new Error(`${status}, ${steps} steps`)
  // Kept, they would only measure the garbage collector.
  store.executions.delete(id)
}

/** How many a second, one after the other, for so long. */
async function rate(milliseconds: number, run: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  const until = startedAt + milliseconds
  let count = 0
  while (performance.now() < until) {
    await run()
    count++
  }
  return count / ((performance.now() - startedAt) / 1000)
}

const definition = parseDefinition(row(webhook(), ...setters(NODES)))
const version = published(definition)
const engine = () =>
  createEngine({
    ...{ store, registry: createRegistry(registry.all), owner: 'bench' },
    services: {
      clock,
      http: { request: () => Promise.reject(new Error('nothing is called here')) },
      mail: { send: () => Promise.reject(new Error('nothing is sent here')) },
    },
  })

progress('warming up')
const planned = engine()
await rate(WARM_MS, () => one(planned, version))
progress('running, planned once')
const cpu = process.cpuUsage()
const startedAt = performance.now()
const executionsPerS = await rate(MS, () => one(planned, version))
const { user, system } = process.cpuUsage(cpu)
const cores = (user + system) / 1000 / (performance.now() - startedAt)
progress('planning anew each time')
// A new engine knows no plan yet.
const alsoPlanned = await rate(MS / 4, () => one(engine(), version))

report('engine', {
  nodes: NODES,
  executions_per_s: rounded(executionsPerS, 0),
  cores: rounded(cores),
  executions_per_s_and_core: rounded(executionsPerS / cores, 0),
  us_per_step: rounded((cores * 1e6) / executionsPerS / (NODES + 1), 2),
  planned_anew_per_s: rounded(alsoPlanned, 0),
})
