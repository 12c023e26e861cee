import type {
  Checkpoint,
  ExecutionStore,
  Lease,
  MemoryStore,
  StepRecord,
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

/** How each attempt was last written, over all processes; a store with a unique key would refuse some rewrites. */
export class History {
  readonly #last = new Map<string, string>()
  /** Attempts that were written again although they were over. */
  readonly refused: string[] = []

  look(steps: readonly StepRecord[]): void {
    for (const { node, path, attempt, status } of steps) {
      const key = `${node}@${path}#${attempt}`
      const before = this.#last.get(key)
      const wasOpen = before === undefined || before === 'running' || before === 'waiting'
      if (!wasOpen) this.refused.push(`${key}: ${before}, then ${status}`)
      this.#last.set(key, status)
    }
  }
}

/** A process's view of the store; it dies at a given write. */
export class CrashingStore implements ExecutionStore {
  readonly #store: MemoryStore
  readonly #crash: Crash
  readonly #history: History
  #writes = 0
  #dead = false

  constructor(store: MemoryStore, crash: Crash, history = new History()) {
    this.#store = store
    this.#history = history
    this.#crash = crash
  }

  get isDead(): boolean {
    return this.#dead
  }

  accept = (...args: Parameters<MemoryStore['accept']>) => this.#store.accept(...args)
  version = (...args: Parameters<MemoryStore['version']>) => this.#store.version(...args)
  liveTrigger = (...args: Parameters<MemoryStore['liveTrigger']>) =>
    this.#store.liveTrigger(...args)
  claim = (...args: Parameters<MemoryStore['claim']>) => this.#store.claim(...args)
  claimAbandoned = (...args: Parameters<MemoryStore['claimAbandoned']>) =>
    this.#store.claimAbandoned(...args)
  renew = (...args: Parameters<MemoryStore['renew']>) => this.#store.renew(...args)

  checkpoint(lease: Lease, write: Checkpoint) {
    return this.#write(async () => {
      const answer = await this.#store.checkpoint(lease, write)
      this.#history.look(write.steps)
      return answer
    })
  }

  transact(
    lease: Lease,
    workspace: WorkspaceId,
    work: (services: TransactionServices) => Promise<Checkpoint>,
  ) {
    return this.#write(async () => {
      let steps: StepRecord[] = []
      const answer = await this.#store.transact(lease, workspace, async (services) => {
        const write = await work(services)
        steps = write.steps
        return write
      })
      this.#history.look(steps)
      return answer
    })
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
