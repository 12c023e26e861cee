import { LeaseLost } from '../errors.ts'
import type { ExecutionId, WorkspaceId } from '../ids.ts'
import type { TransactionServices } from '../services.ts'
import type {
  AcceptResult,
  Checkpoint,
  ExecutionStore,
  FirstWrite,
  Lease,
  NewExecution,
  Written,
} from '../store.ts'

/** What a run needs of the store. */
export type RunStore = Pick<ExecutionStore, 'checkpoint' | 'transact' | 'liveTrigger'>

/**
 * The store as an execution sees it that is run while it's being accepted. Pure steps need no leave to be computed: by
 * the time the accept is sent, what they gave is often there and goes along, so that a short run costs one commit. All
 * that could be seen from outside comes after a write, and no write is answered before the execution is durable.
 */
export class Beginning implements RunStore, FirstWrite {
  /** What became of the accept. */
  readonly accepted: Promise<AcceptResult>
  readonly #store: ExecutionStore
  readonly #durable: Promise<void>
  #isDurable = false
  #offered: Checkpoint | null = null
  #isTaken = false

  constructor(store: ExecutionStore, execution: NewExecution) {
    this.#store = store
    this.accepted = store.accept(execution, this)
    this.#durable = this.#afterAccept(execution.id)
    // Whoever writes meets it.
    this.#durable.catch(() => undefined)
  }

  /** The first lease is held. */
  get isDurable(): boolean {
    return this.#isDurable
  }

  async checkpoint(lease: Lease, write: Checkpoint): Promise<Written> {
    if (!this.#isDurable) {
      this.#offered = write
      await this.#durable
      this.#offered = null
      if (this.#isTaken) {
        this.#isTaken = false
        return { cancelRequested: false }
      }
    }
    return await this.#store.checkpoint(lease, write)
  }

  async transact(
    lease: Lease,
    workspace: WorkspaceId,
    work: (services: TransactionServices) => Promise<Checkpoint>,
  ): Promise<Written> {
    if (!this.#isDurable) await this.#durable
    return await this.#store.transact(lease, workspace, work)
  }

  liveTrigger(...question: Parameters<ExecutionStore['liveTrigger']>) {
    return this.#store.liveTrigger(...question)
  }

  take(): Checkpoint | null {
    this.#isTaken = this.#offered !== null
    return this.#offered
  }

  giveBack(): void {
    this.#isTaken = false
  }

  /** Somebody else has it, or nobody knows: in neither case is anything written here, not even later. */
  async #afterAccept(execution: ExecutionId): Promise<void> {
    const result = await this.accepted.catch(() => null)
    if (result !== 'accepted') throw new LeaseLost(execution)
    this.#isDurable = true
  }
}
