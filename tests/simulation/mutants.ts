import {
  createRegistry,
  MemoryStore,
  type AcceptResult,
  type Checkpoint,
  type ClaimedExecution,
  type ExecutionId,
  type Lease,
  type NewExecution,
  type NodeType,
  type Services,
  type StepContext,
  type TransactionServices,
  type WorkspaceId,
  type Written,
} from '#lib/engine/index.ts'
import { LEASE_MS } from './limits.ts'
import { types } from './nodes.ts'
import type { Circumstances, World } from './world.ts'

/* Broken on purpose, each in one way: a simulation that doesn't notice proves nothing. */

type Class = new (...options: ConstructorParameters<typeof MemoryStore>) => MemoryStore

const withStore = (Store: Class): Circumstances => ({
  makeStore: (clock) => new Store({ clock, leaseMs: LEASE_MS }),
})

/** Takes a write whoever it comes from. */
class Unfenced extends MemoryStore {
  #current(lease: Lease): Lease {
    return { ...lease, number: this.executions.get(lease.execution)?.leaseNumber ?? 0 }
  }
  override checkpoint(lease: Lease, write: Checkpoint): Promise<Written> {
    return super.checkpoint(this.#current(lease), write)
  }
  override transact(
    lease: Lease,
    workspace: WorkspaceId,
    work: (services: TransactionServices) => Promise<Checkpoint>,
  ): Promise<Written> {
    return super.transact(this.#current(lease), workspace, work)
  }
}

/** Loses one record of a write now and then. */
class Forgetful extends MemoryStore {
  #writes = 0
  override checkpoint(lease: Lease, write: Checkpoint): Promise<Written> {
    const isForgotten = ++this.#writes % 3 === 0
    return super.checkpoint(lease, isForgotten ? { ...write, steps: write.steps.slice(1) } : write)
  }
}

/** Writes of a transaction are there at once, whatever becomes of it. */
class Leaky extends MemoryStore {
  override transact(
    lease: Lease,
    workspace: WorkspaceId,
    work: (services: TransactionServices) => Promise<Checkpoint>,
  ): Promise<Written> {
    return super.transact(lease, workspace, (services) =>
      work({ ...services, records: this.records(workspace) }),
    )
  }
}

/** Gives out the same lease again. */
class SameLease extends MemoryStore {
  override async claim(execution: ExecutionId): Promise<ClaimedExecution | null> {
    const stored = this.executions.get(execution)
    const number = stored?.leaseNumber ?? 0
    const claimed = await super.claim(execution)
    if (stored === undefined || claimed === null || number === 0) return claimed
    stored.leaseNumber = number
    return { ...claimed, lease: { ...claimed.lease, number } }
  }
}

/** Nobody looks for sleepers whose wake-up got lost. */
class NoNet extends MemoryStore {
  override async claimAbandoned(limit: number): Promise<ClaimedExecution[]> {
    const asleep = [...this.executions.values()].filter(({ status }) => status === 'waiting')
    const moments = asleep.map(({ wakeAt }) => wakeAt)
    for (const sleeper of asleep) sleeper.wakeAt = null
    const claimed = await super.claimAbandoned(limit)
    asleep.forEach((sleeper, index) => (sleeper.wakeAt = moments[index] ?? null))
    return claimed
  }
}

/** What a delivery is made of, besides the execution it's for. */
type DeliveryOf<Store extends MemoryStore> =
  Parameters<Store['deliver']> extends [unknown, ...infer Rest] ? Rest : never

/** What arrives while an execution is falling asleep wakes nobody. */
class Deaf extends MemoryStore {
  override deliver(execution: ExecutionId, ...what: DeliveryOf<MemoryStore>): boolean {
    const isTaken = super.deliver(execution, ...what)
    const stored = this.executions.get(execution)
    if (stored !== undefined) stored.delivered = false
    return isTaken
  }
}

/** Says "accepted" and means "probably". */
class Hasty extends MemoryStore {
  #accepts = 0
  override async accept(execution: NewExecution): Promise<AcceptResult> {
    return ++this.#accepts % 3 === 0 ? 'accepted' : await super.accept(execution)
  }
}

/** Executions that a step starts in a transaction don't begin now and then. */
class ForgetsStarts extends MemoryStore {
  #writes = 0
  override transact(
    lease: Lease,
    workspace: WorkspaceId,
    work: (services: TransactionServices) => Promise<Checkpoint>,
  ): Promise<Written> {
    return super.transact(lease, workspace, async (services) => {
      const { starts = [], ...write } = await work(services)
      return ++this.#writes % 2 === 0 ? write : { ...write, starts }
    })
  }
}

/** Answers before it has committed. */
function answerEarly({ database, timeline }: World): void {
  const checkpoint = database.checkpoint.bind(database)
  database.checkpoint = async (...write) => {
    timeline.after(30, null, () => {
      // Nobody hears of what became of it: that's what is wrong here.
      checkpoint(...write).catch((problem: unknown) => problem)
    })
    return { cancelRequested: false }
  }
}

/** Sends another key with every attempt. */
function keyByAttempt(type: NodeType): NodeType {
  if (type.effect !== 'external') return type
  return {
    ...type,
    run(config: Record<string, unknown>, context: StepContext & Services) {
      const idempotencyKey = { value: `${context.idempotencyKey}-${context.attempt}` }
      // The same context, but for its key.
      return type.run(config, Object.create(context, { idempotencyKey }) as typeof context)
    },
  }
}

/** Repeats what must not be repeated. */
function repeats(type: NodeType): NodeType {
  return type.effect === 'external' ? { ...type, onUncertain: () => 'retry' } : type
}

/** Repeats what a person should be asked about. */
function asksNobody(type: NodeType): NodeType {
  if (type.effect !== 'external') return type
  return {
    ...type,
    onUncertain(config: Record<string, unknown>) {
      const choice = type.onUncertain(config)
      return choice === 'ask' ? 'retry' : choice
    },
  }
}

/** By what is wrong with them. */
export const MUTANTS: Record<string, Circumstances> = {
  'a store that takes writes of those who lost their lease': withStore(Unfenced),
  'a store that forgets a record': withStore(Forgetful),
  'a store whose transactions leave something behind when they fail': withStore(Leaky),
  'a store that gives the same lease out twice': withStore(SameLease),
  'a store that forgets executions that a step starts': withStore(ForgetsStarts),
  'a store that says "accepted" too early': withStore(Hasty),
  'a store that answers before it commits': { tamper: answerEarly },
  'wake-ups that get lost, and nobody who looks for them': withStore(NoNet),
  'deliveries that come while an execution falls asleep, and are not seen': withStore(Deaf),
  'a key that is another one in every attempt': {
    registry: createRegistry(types.all.map(keyByAttempt)),
  },
  'a step that is repeated although it must not be': {
    registry: createRegistry(types.all.map(repeats)),
  },
  'a step that is repeated although a person should be asked': {
    registry: createRegistry(types.all.map(asksNobody)),
  },
}
