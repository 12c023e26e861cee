import {
  MemoryStore,
  type ExecutionId,
  type Registry,
  type VersionId,
  type VersionRecord,
  type WorkflowDefinition,
} from '#lib/engine/index.ts'
import { watchLimits } from './control-promises.ts'
import { Database } from './database.ts'
import { Faults } from './faults.ts'
import { LEASE_MS, MOST_STEPS } from './limits.ts'
import { Names } from './names.ts'
import { types } from './nodes.ts'
import { Operators } from './operators.ts'
import { Partner, type Mark } from './partner.ts'
import { People } from './people.ts'
import { populate, type Request } from './population.ts'
import { Process } from './process.ts'
import { Random } from './random.ts'
import { Timeline } from './timeline.ts'
import { Timetable } from './timetable.ts'
import { Turnstile } from './turnstile.ts'
import { Worker } from './worker.ts'

const START = Date.parse('2026-11-23T09:00:00Z')
const MOST_FAULTS = 8

/** How a world differs from what its seed alone makes of it. */
export interface Circumstances {
  /** Nothing goes wrong. */
  isFaultFree?: boolean
  /** Places where crashes decided how a step ended, in the run that is compared with. */
  marks?: ReadonlyMap<string, Mark>
  /** Another store, e.g. one that is broken on purpose. */
  makeStore?: (clock: { now(): number }) => MemoryStore
  /** Other node types. */
  registry?: Registry
  /** Changes what goes wrong around the engine. */
  tamper?: (world: World) => void
  /** Takes the log. */
  onLog?: (line: string) => void
}

/** One seed, one world: workflows, those who start them, processes, a database, a network, and what goes wrong. */
export class World {
  readonly timeline: Timeline
  readonly faults: Faults
  readonly database: Database
  readonly partner: Partner
  readonly random: Random
  readonly isFaultFree: boolean
  readonly #definitions: ReadonlyMap<VersionId, WorkflowDefinition>
  readonly people: People
  readonly operators: Operators
  readonly names: Names
  readonly #latest: ReadonlyMap<VersionId, VersionId>
  readonly #registry: Registry
  readonly #onLog: ((line: string) => void) | undefined
  readonly #workers: Worker[] = []
  #made = 0

  constructor(seed: number, circumstances: Circumstances = {}) {
    const { isFaultFree = false, marks = new Map(), registry = types } = circumstances
    this.isFaultFree = isFaultFree
    // What there is is the same in every run of a seed; what happens then is a matter of its own.
    const { versions, latest, requests, limits, scheduled } = populate(new Random(seed))
    const happening = new Random(seed ^ (isFaultFree ? 0x1f123bb5 : 0x2545f491))
    this.random = happening.fork()
    this.timeline = new Timeline(START, happening.fork())
    this.faults = isFaultFree
      ? Faults.none()
      : new Faults(happening.fork(), happening.int(1, MOST_FAULTS))
    const makeStore =
      circumstances.makeStore ?? ((clock) => new MemoryStore({ clock, leaseMs: LEASE_MS }))
    this.database = new Database(makeStore, this.timeline, this.faults)
    this.names = new Names(this.database.store)
    this.partner = new Partner(this.database.audit, (key) => marks.get(this.placeOfKey(key)))
    this.people = new People(this, happening.fork(), marks)
    this.#registry = registry
    this.#onLog = circumstances.onLog
    this.database.onChange = () => this.#look()
    const later = [...latest.values()]
    if (scheduled !== null) versions.push(scheduled)
    this.#definitions = new Map(
      [...versions, ...later].map(({ id, definition }) => [id, definition]),
    )
    this.#latest = new Map([...latest].map(([before, { id }]) => [before, id]))
    for (const version of versions) this.database.store.publish(version)
    for (const version of later) this.database.store.publish(version, { live: false })
    if (scheduled !== null) this.#hang(scheduled)
    if (limits.size > 0 && !isFaultFree) this.#limit(limits)
    this.operators = new Operators(this, requests)
    for (let count = happening.int(1, 3); count > 0; count--) this.#boot()
    circumstances.tamper?.(this)
    for (const request of requests) this.#submit(request)
  }

  /** Lets everything happen. False when there is no end to it. */
  run(): Promise<boolean> {
    return this.timeline.run(() => false, MOST_STEPS)
  }

  /** How long a message takes that nothing happens to. */
  latency(): number {
    return this.random.int(0, 4)
  }

  log = (process: Process | null, what: string): void => {
    this.#onLog?.(
      `${String(this.timeline.now - START).padStart(9)} ms  ${process?.name ?? '-'}  ${what}`,
    )
  }

  /** A process dies; another one takes its place after a while. */
  crash(process: Process): void {
    if (!process.isAlive) return
    this.log(process, 'dies')
    process.die()
    this.timeline.after(this.random.int(50, 20_000), null, () => this.#boot())
  }

  /** A process stands still for longer than a lease lasts, and doesn't know it afterwards. */
  stop(process: Process): void {
    if (process.hasStoodStill) return
    process.hasStoodStill = true
    process.stillUntil = this.timeline.now + LEASE_MS + this.random.int(500, 10_000)
  }

  /** A clock jumps. */
  jump(process: Process): void {
    const by = this.random.int(-30_000, 30_000)
    if (this.random.chance(0.3)) this.database.skew += by
    else process.skew += by
  }

  /** The name of the place that a key stands for, the same in all runs of a world. */
  placeOfKey(key: string): string {
    const intent = this.database.audit.intent(key)
    return intent === undefined ? '' : this.placeOf(intent.execution, intent.place)
  }

  /** The name of a step's place. In an execution's second life, it's another one. */
  placeOf(
    execution: ExecutionId,
    place: string,
    isOfSecondLife = this.names.wasRetried(execution),
  ): string {
    return `${this.nameOf(execution)} ${place}${isOfSecondLife ? ' again' : ''}`
  }

  /** The name of an execution, the same in all runs of a world. */
  nameOf(execution: ExecutionId): string {
    return this.names.of(execution)
  }

  /** The newest version of the workflow that a version is of. */
  latestOf(version: VersionId): VersionId {
    return this.#latest.get(version) ?? version
  }

  /** Whether a step of an execution acts outside. */
  isExternal(execution: ExecutionId, node: string): boolean {
    const type = this.nodeOf(execution, node)?.type
    return type === 'http.request' || type === 'mail.send'
  }

  /** How a step of an execution is drawn. */
  nodeOf(execution: ExecutionId, node: string): WorkflowDefinition['nodes'][number] | undefined {
    const version = this.database.store.executions.get(execution)?.made.version
    const nodes = version === undefined ? [] : (this.#definitions.get(version)?.nodes ?? [])
    return nodes.find(({ id }) => id === node)
  }

  /** Something in the database has changed. */
  #look(): void {
    this.people.look()
    this.operators.look()
    if (this.database.turnstile !== null) watchLimits(this, START)
    for (const worker of this.#workers) worker.plan()
  }

  #boot(): void {
    const name = `p${(this.#made += 1)}`
    const process = new Process(name, this.random.int(-20, 20), this.timeline, this.random.fork())
    const others = this.#workers.filter((worker) => worker.process.isAlive)
    const worker = new Worker(this, process, this.#registry)
    this.#workers.splice(0, this.#workers.length, ...others, worker)
    worker.plan()
  }

  /** Puts up a schedule. */
  #hang(version: VersionRecord): void {
    const { database } = this
    database.timetable = new Timetable(version, database.queue, () => database.now)
  }

  /** Has some workflows' limits kept. */
  #limit(limits: ConstructorParameters<typeof Turnstile>[2]): void {
    const { database } = this
    const turnstile = new Turnstile(database.store, () => database.now, limits)
    database.turnstile = turnstile
    database.store.holds = (stored) => turnstile.isHeld(stored)
  }

  /** Somebody starts an execution, and insists until it's durable; now and then twice at the same time. */
  #submit({ execution, at, isDoubled }: Request): void {
    let isDurable = false
    const insist = (): void => {
      const worker = this.#workers[this.random.int(0, this.#workers.length - 1)]
      if (isDurable) return
      const again = this.timeline.after(30_000, null, insist)
      if (worker?.process.isAlive !== true) return
      void worker.accept(execution).then((isKnown) => {
        if (!isKnown) return
        isDurable = true
        this.timeline.cancel(again)
        const isThere = this.database.store.executions.has(execution.id)
        if (!isThere) this.database.audit.tell(`${execution.id} was accepted and is not there`)
      })
    }
    this.timeline.after(at, null, insist)
    if (isDoubled) this.timeline.after(at + this.random.int(0, 5), null, insist)
  }
}
