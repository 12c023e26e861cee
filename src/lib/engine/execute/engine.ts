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
  /** Drives an execution to its end, or until everything in it waits. Never throws. */
  run(claimed: ClaimedExecution, hooks?: RunHooks, limits?: RunLimits): Promise<RunOutcome>
  /** The leases of what is being run here, for whoever renews them. */
  active(): Lease[]
  /** Stops a run: `lost` when another process has it, `cancelled` or (for a while) `paused` when a person wants that. */
  stop(execution: ExecutionId, reason: 'lost' | 'cancelled' | 'paused'): void
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
  const running = new Map<ExecutionId, { lease: Lease; driver: Driver }>()

  async function drive(
    claimed: ClaimedExecution,
    version: VersionRecord,
    hooks: RunHooks,
    limits: RunLimits,
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
    running.set(lease.execution, { lease, driver })
    try {
      return await driver.run()
    } finally {
      if (running.get(lease.execution)?.driver === driver) running.delete(lease.execution)
    }
  }

  /** What can't be run at all has failed. */
  async function refuse(
    claimed: ClaimedExecution,
    version: VersionRecord | null,
    problem: WeftError,
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

  return {
    owner,

    async accept(execution) {
      const createdAt = new Date(services.clock.now()).toISOString()
      const result = await store.accept(execution)
      return { result, claimed: result === 'accepted' ? firstClaim(execution, createdAt) : null }
    },

    async run(claimed, hooks = {}, limits = {}) {
      let version: VersionRecord
      try {
        version = await store.version(claimed.version)
      } catch (problem) {
        if (problem instanceof WeftError) return await refuse(claimed, null, problem)
        // The store can't be read now: somebody will try again when the lease has run out.
        return { status: 'lost', cause: problem }
      }
      try {
        return await drive(claimed, version, hooks, limits)
      } catch (problem) {
        // Whoever takes over would meet the same.
        return await refuse(claimed, version, toWeftError(problem))
      }
    },

    active: () => Array.from(running.values(), ({ lease }) => lease),

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
  cancelRequested: false,
  steps: [],
  attemptsBefore: {},
  deliveries: [],
  depth: execution.depth ?? 0,
  isAwaited: execution.parent !== undefined,
})
