import type {
  Checkpoint,
  ExecutionId,
  ExecutionStore,
  FirstWrite,
  Lease,
  NewExecution,
  StepRecord,
  TransactionServices,
  VersionId,
  WorkflowId,
  WorkspaceId,
} from '#lib/engine/index.ts'
import type {
  ScheduleJob,
  ScheduleRow,
  Schedules,
} from '../../supabase/functions/_shared/work/schedules.ts'
import type { Database } from './database.ts'
import type { Fault, Site } from './faults.ts'
import type { Process } from './process.ts'
import type { Job } from './queue.ts'
import type { World } from './world.ts'

/** What a process sees when the database doesn't answer. */
class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

/** What a person sees of the network: a request takes a while, gets lost, or its answer does. */
export class Connection implements ExecutionStore, Schedules {
  readonly #world: World
  readonly #database: Database
  readonly #process: Process

  constructor(world: World, process: Process) {
    this.#world = world
    this.#database = world.database
    this.#process = process
  }

  accept(execution: NewExecution, first?: FirstWrite) {
    return this.#ask('write', 'accept', () =>
      this.#database.accept(this.#process, execution, first),
    )
  }

  version(id: VersionId) {
    // Cached by every process that has run it before.
    return this.#database.store.version(id)
  }

  liveTrigger(workspace: WorkspaceId, workflow: WorkflowId, kind: string) {
    return this.#ask('read', 'live trigger', () =>
      this.#database.store.liveTrigger(workspace, workflow, kind),
    )
  }

  async checkpoint(lease: Lease, write: Checkpoint) {
    for (let tried = 0; ; tried++) {
      try {
        return await this.#ask('write', `checkpoint ${write.status}`, () =>
          this.#database.checkpoint(this.#process, lease, write, tried > 0),
        )
      } catch (problem) {
        // A write that may be made twice is made again while the database is away: once here, for the sake of both ways.
        if (!(problem instanceof Unreachable) || tried > 0 || this.#world.random.chance(0.5))
          throw problem
        await this.#process.clock.sleep(100)
      }
    }
  }

  transact(
    lease: Lease,
    workspace: WorkspaceId,
    work: (services: TransactionServices) => Promise<Checkpoint>,
  ) {
    return this.#ask('transaction', 'transaction', (fault) =>
      this.#database.transact(this.#process, lease, workspace, async (services) => {
        // Work of a transaction that is rolled back and done again leaves nothing behind.
        if (fault === 'collides') await work(discarded(services, this.#database, workspace))
        await this.#travel()
        const write = await work(services)
        // What was done inside is gone with the connection.
        if (fault === 'dies before') this.#world.crash(this.#process)
        if (fault === 'request lost') throw new Unreachable('the transaction broke off')
        await this.#travel()
        return write
      }),
    )
  }

  claim(execution: ExecutionId) {
    return this.#ask('read', 'claim', () => this.#database.claim(this.#process, execution))
  }

  claimAbandoned(limit: number) {
    return this.#ask('read', 'take over', () => this.#database.claimAbandoned(this.#process, limit))
  }

  renew(leases: Lease[]) {
    return this.#ask('renewal', 'renew', () => this.#database.store.renew(leases))
  }

  fetch(): Promise<Job[]> {
    return this.#ask('read', 'fetch', async () => this.#database.queue.fetch(this.#database.now))
  }

  remove(jobs: readonly Job[]): Promise<void> {
    return this.#ask('read', 'remove', async () => this.#database.queue.remove(jobs))
  }

  /** What an execution came to that somebody wants replayed; null when it isn't over. */
  earlier(id: ExecutionId): Promise<{ made: NewExecution; steps: StepRecord[] } | null> {
    return this.#ask('read', 'earlier', async () => {
      const { store } = this.#database
      const made = store.executions.get(id)?.made
      return made === undefined ? null : { made, steps: store.steps(id) }
    })
  }

  enqueue(execution: NewExecution, kept: readonly StepRecord[]): Promise<boolean> {
    return this.#ask('write', 'enqueue', () => this.#database.enqueue(execution, kept))
  }

  /** Lets in whose turn it is: of one workflow, or of all. */
  admit(workflow: WorkflowId | null): Promise<ExecutionId[]> {
    return this.#ask('read', 'admit', async () => this.#database.turnstile?.admit(workflow) ?? [])
  }

  /* Schedules. */

  unplanned(): Promise<ScheduleRow[]> {
    return this.#ask('read', 'unplanned', async () => this.#database.timetable?.unplanned() ?? [])
  }

  ofJob(job: ScheduleJob): Promise<ScheduleRow | undefined> {
    return this.#ask('read', 'schedule', async () => this.#database.timetable?.ofJob(job))
  }

  plan(row: ScheduleRow, next: number | null): Promise<void> {
    return this.#ask('write', 'plan', async () => this.#database.timetable?.plan(row, next))
  }

  missed(row: ScheduleRow, from: number, fires: number): void {
    this.#world.log(this.#process, 'writes down that a schedule was missed')
    this.#database.timetable?.missed(row, from, fires)
  }

  /** A step of a conversation: the process has to be there for it. */
  #travel(): Promise<void> {
    return this.#process.clock.sleep(this.#world.latency())
  }

  #ask<T>(site: Site, what: string, carryOut: (fault: Fault | null) => Promise<T>): Promise<T> {
    const { timeline, faults } = this.#world
    const fault = faults.strike(site)
    this.#world.log(this.#process, fault === null ? what : `${what}: ${fault}`)
    const latency = fault === 'slow' ? faults.int(1_000, 25_000) : this.#world.latency()
    if (fault === 'stands still') this.#world.stop(this.#process)
    if (fault === 'clock jumps') this.#world.jump(this.#process)
    return new Promise((resolve, reject) => {
      const answer = (then: () => void) =>
        timeline.after(this.#world.latency(), this.#process, then)
      const fail = () => answer(() => reject(new Unreachable(`${what} was not answered`)))
      // What has been sent arrives, whatever becomes of its sender.
      timeline.after(latency, null, () => {
        const isUnderWay = site === 'transaction'
        if (fault === 'dies before' && !isUnderWay) return this.#world.crash(this.#process)
        if (fault === 'request lost' && !isUnderWay) return void fail()
        carryOut(fault).then(
          (value) => {
            if (fault === 'dies after') return this.#world.crash(this.#process)
            if (fault === 'answer lost') return void fail()
            answer(() => resolve(value))
          },
          (problem: unknown) => answer(() => reject(problem)),
        )
      })
    })
  }
}

/** Services of a transaction that will be rolled back. */
const discarded = (
  services: TransactionServices,
  { store }: Database,
  workspace: WorkspaceId,
): TransactionServices => ({ ...services, records: store.records(workspace).copy() })
