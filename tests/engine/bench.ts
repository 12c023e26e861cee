import {
  createEngine,
  MemoryStore,
  NodeId,
  registry as ownRegistry,
  createRegistry,
  parseDefinition,
  ExecutionId,
  VersionId,
  WorkflowId,
  WorkspaceId,
  type ClaimedExecution,
  type Data,
  type DataObject,
  type Engine,
  type ErrorData,
  type HttpRequest,
  type HttpResponse,
  type MailMessage,
  type NodeType,
  type RunHooks,
  type RunLimits,
  type RunOutcome,
  type Services,
  type StepRecord,
  type WorkflowDefinition,
} from '#lib/engine/index.ts'
import { VirtualClock } from './virtual-clock.ts'

const WORKSPACE = WorkspaceId.parse('00000000-0000-4000-8000-000000000001')
const WORKFLOW = WorkflowId.parse('00000000-0000-4000-8000-000000000002')

/** How a step of a test workflow is written: its type, config and settings; the key and id are its name. */
export interface Drawn {
  type: string
  config?: DataObject
  retry?: DataObject
  timeoutSeconds?: number
  onError?: 'stop' | 'continue' | 'port'
  disabled?: boolean
  pinned?: Data
}

/** A definition from steps by name and edges like `start -> check`, `check:true -> send`. */
export function draw(
  steps: Record<string, Drawn | string>,
  edges: string[],
  settings: DataObject = {},
): WorkflowDefinition {
  const nodes = Object.entries(steps).map(([key, drawn]) => {
    const step = typeof drawn === 'string' ? { type: drawn } : drawn
    return { version: 1, title: key, position: { x: 0, y: 0 }, config: {}, ...step, id: key, key }
  })
  return parseDefinition({ schema: 1, nodes, edges: edges.flatMap(edgesOf), settings })
}

/** `a -> b -> c:port -> d` is three edges. */
function edgesOf(line: string): DataObject[] {
  const ends = line.split('->').map((end) => end.trim())
  return ends.slice(1).map((target, index) => {
    const [source = '', sourcePort = 'out'] = (ends[index] ?? '').split(':')
    const [to = ''] = target.split(':')
    return { id: `${ends[index]}->${to}`, source, sourcePort, target: to, targetPort: 'in' }
  })
}

/** A network and a post office that do what the test says, and remember what they were asked. */
class FakeWorld {
  readonly requests: HttpRequest[] = []
  readonly mails: MailMessage[] = []
  answer: (request: HttpRequest) => Promise<HttpResponse> | HttpResponse = () => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"ok":true}',
    encoding: 'text',
  })
}

export interface Bench {
  clock: VirtualClock
  store: MemoryStore
  world: FakeWorld
  engine: Engine
  services: Services
  /** A second process on the same store. */
  another(): Engine
  /** As the live version of the one workflow that most tests have, or of another. */
  publish(definition: WorkflowDefinition, workflow?: WorkflowId): VersionId
  accept(
    version: VersionId,
    data?: Data,
    options?: { at?: string; mode?: 'live' | 'test' },
  ): Promise<ClaimedExecution>
  /** Accepts and runs to the first end or suspension. */
  run(definition: WorkflowDefinition, data?: Data, options?: RunOptions): Promise<Ran>
  /** Lets time pass and workers claim what is due, until the execution is over (or waits for the outside). */
  toTheEnd(execution: ExecutionId, engine?: Engine): Promise<RunOutcome>
  /** Lets time pass and workers take up whatever there is, until nothing is left to do. */
  allToTheEnd(): Promise<void>
  steps(execution: ExecutionId): StepRecord[]
}

interface RunOptions {
  at?: string
  mode?: 'live' | 'test'
  hooks?: RunHooks
  limits?: RunLimits
}

export interface Ran {
  execution: ExecutionId
  outcome: RunOutcome
  /** By key, and path where there is one: `body@loop:1`. The last attempt of each. */
  steps: Record<string, StepRecord>
  error: ErrorData | null
  outputs: Record<string, Data>
}

let made = 0
const uuid = (): string => `00000000-0000-7000-8000-${String(++made).padStart(12, '0')}`

/** An engine on a memory store with a virtual clock and a fake world. */
export function bench(types: readonly NodeType[] = []): Bench {
  const clock = new VirtualClock()
  const store = new MemoryStore({ clock })
  const world = new FakeWorld()
  const services: Services = {
    clock,
    http: {
      async request(request) {
        world.requests.push(request)
        return await world.answer(request)
      },
    },
    mail: {
      async send(message) {
        world.mails.push(message)
        return { messageId: `<${world.mails.length}@test>` }
      },
    },
  }
  const registry = createRegistry([...ownRegistry.all, ...types])
  const another = () => createEngine({ store, services, registry, owner: 'test' })
  const engine = another()

  const self: Bench = {
    clock,
    store,
    world,
    engine,
    services,
    another,
    publish(definition, workflow = WORKFLOW) {
      const id = VersionId.parse(uuid())
      store.publish({
        id,
        workspace: { id: WORKSPACE, name: 'Test', timeZone: 'Europe/Berlin' },
        workflow: { id: workflow, name: 'Test' },
        definition,
      })
      return id
    },
    async accept(version, data = {}, { at = 'start', mode = 'live' } = {}) {
      const { claimed } = await engine.accept({
        id: ExecutionId.parse(uuid()),
        workspace: WORKSPACE,
        workflow: WORKFLOW,
        version,
        triggerNode: NodeId.parse(at),
        triggerKind: 'trigger.manual',
        triggerData: data,
        mode,
        onlyIfLive: false,
      })
      if (claimed === null) throw new Error('not accepted')
      return claimed
    },
    async run(definition, data = {}, { hooks, limits, ...options } = {}) {
      const claimed = await self.accept(self.publish(definition), data, options)
      const outcome = await clock.until(engine.run(claimed, hooks, limits))
      return ranOf(self, claimed.lease.execution, outcome)
    },
    async toTheEnd(execution, by = engine) {
      for (;;) {
        const stored = store.executions.get(execution)
        if (stored === undefined) throw new Error('no such execution')
        if (stored.wakeAt !== null) await clock.advance(Math.max(0, stored.wakeAt - clock.now()))
        const claimed = (await store.claim(execution)) ?? (await abandoned(self, execution))
        if (claimed === null) throw new Error(`nothing to claim: ${stored.status}`)
        const outcome = await clock.until(by.run(claimed))
        if (outcome.status !== 'waiting' || outcome.wakeAt === null) return outcome
      }
    },
    async allToTheEnd() {
      for (let idle = 0; idle < 2;) {
        const claimed = await store.claimAbandoned(100)
        for (const [id, { status, wakeAt }] of store.executions) {
          if (status !== 'waiting' || wakeAt === null) continue
          await clock.advance(Math.max(0, wakeAt - clock.now()))
          const woken = await store.claim(id)
          if (woken !== null) claimed.push(woken)
        }
        for (const one of claimed) await clock.until(engine.run(one))
        idle = claimed.length > 0 ? 0 : idle + 1
        if (idle === 1) await clock.advance(20_000)
      }
    },
    steps: (execution) => store.steps(execution),
  }
  return self
}

/** Takes over what another process left lying, once its lease has run out. */
export async function abandoned(
  { clock, store }: Pick<Bench, 'clock' | 'store'>,
  execution: ExecutionId,
): Promise<ClaimedExecution | null> {
  await clock.advance(20_000)
  const claimed = await store.claimAbandoned(100)
  return claimed.find(({ lease }) => lease.execution === execution) ?? null
}

export function ranOf(
  self: Pick<Bench, 'store'>,
  execution: ExecutionId,
  outcome: RunOutcome,
): Ran {
  const steps: Record<string, StepRecord> = {}
  for (const step of self.store.steps(execution)) {
    const name = step.path === '' ? step.node : `${step.node}@${step.path}`
    const other = steps[name]
    if (other === undefined || other.attempt < step.attempt) steps[name] = step
  }
  return {
    execution,
    outcome,
    steps,
    error: 'error' in outcome ? outcome.error : null,
    outputs: Object.fromEntries(Object.entries(steps).map(([name, { output }]) => [name, output])),
  }
}
