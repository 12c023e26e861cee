import type {
  Checkpoint,
  ExecutionStore,
  Lease,
  MemoryStore,
  TransactionServices,
  WorkspaceId,
} from '#lib/engine/index.ts'

/** When a process dies: at its n-th write, just before it's committed or just after. */
export interface Crash {
  write: number
  when: 'before' | 'after'
}

/** What a process sees once it's dead: nothing gets through any more. */
class Dead extends Error {}

/** A process's view of the store; it dies at a given write. */
export class CrashingStore implements ExecutionStore {
  readonly #store: MemoryStore
  readonly #crash: Crash
  #writes = 0
  #dead = false

  constructor(store: MemoryStore, crash: Crash) {
    this.#store = store
    this.#crash = crash
  }

  get isDead(): boolean {
    return this.#dead
  }

  accept = (...args: Parameters<MemoryStore['accept']>) => this.#store.accept(...args)
  version = (...args: Parameters<MemoryStore['version']>) => this.#store.version(...args)
  claim = (...args: Parameters<MemoryStore['claim']>) => this.#store.claim(...args)
  claimAbandoned = (...args: Parameters<MemoryStore['claimAbandoned']>) =>
    this.#store.claimAbandoned(...args)
  renew = (...args: Parameters<MemoryStore['renew']>) => this.#store.renew(...args)

  checkpoint(lease: Lease, write: Checkpoint) {
    return this.#write(() => this.#store.checkpoint(lease, write))
  }

  transact(
    lease: Lease,
    workspace: WorkspaceId,
    work: (services: TransactionServices) => Promise<Checkpoint>,
  ) {
    return this.#write(() => this.#store.transact(lease, workspace, work))
  }

  async #write<T>(commit: () => Promise<T>): Promise<T> {
    const number = ++this.#writes
    const isLast = number === this.#crash.write
    if (this.#dead || (isLast && this.#crash.when === 'before')) this.#die()
    const answer = await commit()
    if (isLast) this.#die()
    return answer
  }

  #die(): never {
    this.#dead = true
    throw new Dead('the process died')
  }
}
