import { errorData, LeaseLost, toWeftError, WeftError } from '../errors.ts'
import type { ExecutionId } from '../ids.ts'
import type { Registry } from '../nodes/registry.ts'
import { PlanCache } from '../plan/cache.ts'
import type { AddressService, Services, WebhookResponse } from '../services.ts'
import type {
  AcceptResult,
  ClaimedExecution,
  ExecutionStore,
  Lease,
  NewExecution,
  VersionRecord,
} from '../store.ts'
import { Beginning, type RunStore } from './beginning.ts'
import { Driver } from './driver.ts'
import { ending, NO_WAITS } from './ending.ts'
import type { RunOutcome } from './outcome.ts'
import { problems } from './problems.ts'

export interface EngineOptions {
  store: ExecutionStore
  services: Services
  registry: Registry
  /** Without it, templates have no `execution.callback_url`. */
  addresses?: AddressService
  /** Names this process in logs. */
  owner: string
  /** Takes lines for whoever operates this; without it they're lost. */
  log?(line: string): void
}

export interface RunHooks {
  /** The workflow answers its webhook's caller; called once at most, when the answer is as durable as the run. */
  onResponse?(response: WebhookResponse): void
  /** Other executions can go on because of what this one wrote: started by it, or waiting for it. */
  onReady?(executions: readonly ExecutionId[]): void
}

export interface RunLimits {
  /** Milliseconds since 1970: past this moment nothing new is begun and the lease is given back, so that a worker goes on. */
  deadline?: number
  /** Aborted: as if the deadline were now. For limits that nobody can tell beforehand, such as processor time. */
  handOver?: AbortSignal
}

/** Accepts executions and runs them, exactly once in what counts. */
export interface Engine {
  readonly owner: string
  /** Makes an execution durable. When accepted, `claimed` is what `run` takes: this process holds the first lease. */
  accept(
    execution: NewExecution,
  ): Promise<{ result: AcceptResult; claimed: ClaimedExecution | null }>
  /**
   * Makes an execution durable and drives it meanwhile. `accepted` rejects when the store can't take it; `outcome` never
   * does, and is `lost` when the execution wasn't accepted.
   */
  start(
    execution: NewExecution,
    hooks?: RunHooks,
    limits?: RunLimits,
  ): { accepted: Promise<AcceptResult>; claimed: ClaimedExecution; outcome: Promise<RunOutcome> }
  /** Drives an execution to its end, or until everything in it waits. Never throws. */
  run(claimed: ClaimedExecution, hooks?: RunHooks, limits?: RunLimits): Promise<RunOutcome>
  /** The leases of what is being run here, for whoever renews them. */
  active(): Lease[]
  /** Stops a run: `lost` when another process has it, `cancelled` or (for a while) `paused` when a person wants that. */
  stop(execution: ExecutionId, reason: 'lost' | 'cancelled' | 'paused'): void
}

/**
 * A run in hand. Its driver is let go of by name: a map that many come and go through leaves old tables behind, each of
 * which keeps what it held (V8's ordered hash tables are chained), and whole runs would grow old with them.
 */
interface Running {
  readonly lease: Lease
  readonly store: RunStore
  driver: Driver | null
}

/** What an execution is run with. */
interface Circumstances {
  store: RunStore
  hooks: RunHooks
  limits: RunLimits
}

/** The engine. One per process; it keeps plans of versions that it has run. */
export function createEngine({
  store,
  services,
  registry,
  addresses,
  owner,
  log = () => undefined,
}: EngineOptions): Engine {
  const plans = new PlanCache(registry)
  const running = new Map<ExecutionId, Running>()
  /** Those that are being accepted. */
  const beginning = new Set<ExecutionId>()

  async function drive(
    claimed: ClaimedExecution,
    version: VersionRecord,
    { store, hooks, limits }: Circumstances,
  ): Promise<RunOutcome> {
    const { lease } = claimed
    const plan = plans.plan(version)
    const trigger = plan.node(claimed.triggerNode)
    if (trigger === undefined) throw problems.noTrigger()
    let answered = false
    const driver = new Driver({
      ...{ claimed, version, plan, trigger, store, services, log },
      callbackUrl: plan.usesExecution ? (addresses?.callback(lease.execution) ?? null) : null,
      deadline: limits.deadline ?? null,
      handOver: limits.handOver ?? null,
      onResponse(response) {
        if (!answered) hooks.onResponse?.(response)
        answered = true
      },
      onReady: (executions) => hooks.onReady?.(executions),
    })
    const entry: Running = { lease, store, driver }
    running.set(lease.execution, entry)
    try {
      return await driver.run()
    } finally {
      if (running.get(lease.execution) === entry) running.delete(lease.execution)
      entry.driver = null
    }
  }

  /** What can't be run at all has failed. */
  async function refuse(
    claimed: ClaimedExecution,
    version: VersionRecord | null,
    problem: WeftError,
    store: RunStore,
  ): Promise<RunOutcome> {
    const end = { status: 'failed', error: errorData(problem), output: null } as const
    try {
      const last = await ending(end, { store, claimed, version, log, now: services.clock.now() })
      await store.checkpoint(claimed.lease, { ...last, waits: NO_WAITS, steps: [] })
    } catch (cause) {
      return { status: 'lost', cause }
    }
    return end
  }

  async function run(claimed: ClaimedExecution, at: Circumstances): Promise<RunOutcome> {
    let version: VersionRecord
    try {
      version = await store.version(claimed.version)
    } catch (problem) {
      if (problem instanceof WeftError) return await refuse(claimed, null, problem, at.store)
      // The store can't be read now: somebody will try again when the lease has run out.
      return { status: 'lost', cause: problem }
    }
    try {
      return await drive(claimed, version, at)
    } catch (problem) {
      // Whoever takes over would meet the same.
      return await refuse(claimed, version, toWeftError(problem), at.store)
    }
  }

  async function afterAccept(
    accepted: Promise<AcceptResult>,
    claimed: ClaimedExecution,
    at: Circumstances,
  ): Promise<RunOutcome> {
    const isOurs = (await accepted.catch(() => null)) === 'accepted'
    if (isOurs) return await run(claimed, at)
    return { status: 'lost', cause: new LeaseLost(claimed.lease.execution) }
  }

  return {
    owner,

    async accept(execution) {
      const createdAt = new Date(services.clock.now()).toISOString()
      const result = await store.accept(execution)
      return { result, claimed: result === 'accepted' ? firstClaim(execution, createdAt) : null }
    },

    start(execution, hooks = {}, limits = {}) {
      const { id } = execution
      const claimed = firstClaim(execution, new Date(services.clock.now()).toISOString())
      // Offered twice at once, it's run by whoever the store lets in first.
      if (beginning.has(id) || running.has(id)) {
        const accepted = store.accept(execution)
        const outcome = afterAccept(accepted, claimed, { store, hooks, limits })
        return { accepted, claimed, outcome }
      }
      beginning.add(id)
      const first = new Beginning(store, execution)
      const outcome = run(claimed, { store: first, hooks, limits })
      const settled = (isOurs: boolean) => {
        beginning.delete(id)
        const entry = running.get(id)
        if (!isOurs && entry?.store === first) entry.driver?.lose(new LeaseLost(id))
      }
      first.accepted.then(
        (result) => settled(result === 'accepted'),
        () => settled(false),
      )
      return { accepted: first.accepted, claimed, outcome }
    },

    run: (claimed, hooks = {}, limits = {}) => run(claimed, { store, hooks, limits }),

    active: () =>
      [...running.values()]
        // What isn't durable yet is nobody's to renew.
        .filter(({ store }) => !(store instanceof Beginning) || store.isDurable)
        .map(({ lease }) => lease),

    stop(execution, reason) {
      const driver = running.get(execution)?.driver
      if (reason === 'cancelled') driver?.cancel()
      else if (reason === 'paused') driver?.pause()
      else driver?.lose(new LeaseLost(execution))
    },
  }
}

const firstClaim = (execution: NewExecution, createdAt: string): ClaimedExecution => ({
  lease: { execution: execution.id, number: 1 },
  workspace: execution.workspace,
  workflow: execution.workflow,
  version: execution.version,
  triggerNode: execution.triggerNode,
  triggerData: execution.triggerData,
  mode: execution.mode,
  createdAt,
  retriedAt: null,
  cancelRequested: false,
  steps: [],
  attemptsBefore: {},
  lastSeq: 0,
  deliveries: [],
  depth: execution.depth ?? 0,
  isAwaited: execution.parent !== undefined,
})
