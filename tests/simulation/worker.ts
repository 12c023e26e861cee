import {
  createEngine,
  LeaseLost,
  type ClaimedExecution,
  type Engine,
  type ExecutionId,
  type NewExecution,
  type Registry,
  type RunHooks,
  type RunLimits,
  type RunOutcome,
  type WorkflowId,
} from '#lib/engine/index.ts'
import { fireJob, planSchedules } from '../../supabase/functions/_shared/work/schedules.ts'
import { Connection } from './connection.ts'
import { RENEW_EVERY_MS } from './limits.ts'
import { servicesOf } from './partner.ts'
import type { Process } from './process.ts'
import type { Job } from './queue.ts'
import { replayOne } from './replaying.ts'
import type { Task } from './timeline.ts'
import type { World } from './world.ts'

/** How many abandoned executions are taken over at once. */
const TAKE_AT_ONCE = 5

/** A process that accepts, runs, renews, takes over and wakes: what supabase/functions does around the engine. */
export class Worker {
  readonly process: Process
  readonly #world: World
  readonly #engine: Engine
  readonly #connection: Connection
  readonly #registry: Registry
  readonly #runsForMs: number | null
  #renewing = false
  #seenBefore = new Set<ExecutionId>()
  #round: { at: number; task: Task } | null = null
  #inRound = false

  constructor(world: World, process: Process, registry: Registry) {
    this.#world = world
    this.process = process
    this.#connection = new Connection(world, process)
    this.#registry = registry
    this.#engine = createEngine({
      store: this.#connection,
      services: servicesOf(world, process),
      registry,
      owner: process.name,
    })
    this.#runsForMs = world.faults.strike('start') === null ? null : world.faults.int(100, 20_000)
  }

  /** Makes an execution durable, and runs it. False when nobody knows whether it's durable. */
  async accept(execution: NewExecution): Promise<boolean> {
    try {
      await this.#start(execution)
      return true
    } catch (problem) {
      this.#note(problem)
      return false
    }
  }

  /** Looks for work when there will be some. */
  plan(): void {
    const next = this.#world.database.nextAt
    if (this.#inRound || next === null || !this.process.isAlive) return
    const { timeline } = this.#world
    const at = Math.max(timeline.now, next)
    if (this.#round !== null) {
      if (this.#round.at <= at) return
      timeline.cancel(this.#round.task)
    }
    const lag = this.#world.random.int(0, 200)
    const task = timeline.after(at - timeline.now + lag, this.process, () => {
      this.#round = null
      this.#inRound = true
      void this.#look().then(() => {
        this.#inRound = false
        this.plan()
      })
    })
    this.#round = { at, task }
  }

  async #look(): Promise<void> {
    try {
      const jobs = await this.#connection.fetch()
      await Promise.all(jobs.map((job) => this.#do(job)))
      if (jobs.length > 0) await this.#connection.remove(jobs)
      await this.#lookForMore()
      const claimed = await this.#connection.claimAbandoned(TAKE_AT_ONCE)
      for (const execution of claimed) this.#run(execution)
    } catch (problem) {
      this.#note(problem)
    }
    // Whoever found nothing doesn't look again at once.
    await this.process.clock.sleep(this.#world.random.int(20, 500))
  }

  async #do(job: Job): Promise<void> {
    if (job.kind === 'resume') return await this.#resume(job.execution)
    if (job.kind === 'schedule') {
      return await fireJob(this.#connection, job.schedule, this.process.clock.now(), this.#start)
    }
    const id = await replayOne(this.#world, this.#connection, this.#registry, job.replay)
    if (id !== null) await this.#resume(id)
  }

  /** What only some worlds have: schedules, and workflows with limits. */
  async #lookForMore(): Promise<void> {
    const { timetable, turnstile } = this.#world.database
    if (timetable !== null) {
      await planSchedules(this.#connection, this.process.clock.now(), this.#start)
    }
    if (turnstile !== null) this.#takeUp(await this.#connection.admit(null))
  }

  /** As a schedule starts executions: it comes again until it knows that it's durable. */
  readonly #start = async (execution: NewExecution): Promise<void> => {
    const { accepted, outcome } = this.#engine.start(execution, this.#hooks, this.#limits)
    this.#watch(execution, outcome)
    await accepted
  }

  async #resume(execution: ExecutionId): Promise<void> {
    const claimed = await this.#connection.claim(execution)
    if (claimed !== null) this.#run(claimed)
  }

  #takeUp(executions: readonly ExecutionId[]): void {
    for (const execution of executions) {
      this.#resume(execution).catch((problem: unknown) => this.#note(problem))
    }
  }

  #run(claimed: ClaimedExecution): void {
    const { execution, number } = claimed.lease
    this.#world.log(this.process, `runs ${execution.slice(-4)} under lease ${number}`)
    const { workflow } = claimed
    this.#watch({ id: execution, workflow }, this.#engine.run(claimed, this.#hooks, this.#limits))
  }

  get #hooks(): RunHooks {
    return { onReady: (executions) => this.#takeUp(executions) }
  }

  get #limits(): RunLimits {
    return this.#runsForMs === null ? {} : { deadline: this.process.clock.now() + this.#runsForMs }
  }

  #watch(
    { id, workflow }: Pick<NewExecution, 'id' | 'workflow'>,
    outcome: Promise<RunOutcome>,
  ): void {
    void outcome.then((ended) => {
      this.#world.log(this.process, `${id.slice(-4)} is ${ended.status}`)
      if (ended.status === 'lost') this.#note(ended.cause)
      else if (ended.status !== 'waiting') this.#passTurn(workflow)
    })
    if (!this.#renewing) this.#renew()
  }

  /** An execution has ended: if its workflow has limits, it's somebody else's turn. */
  #passTurn(workflow: WorkflowId): void {
    if (this.#world.database.turnstile?.limits(workflow) === undefined) return
    this.#connection.admit(workflow).then(
      (executions) => this.#takeUp(executions),
      (problem: unknown) => this.#note(problem),
    )
  }

  /** Renews what has been in hand for a while, for as long as there is something. */
  #renew(): void {
    this.#renewing = true
    this.#world.timeline.after(RENEW_EVERY_MS / 2, this.process, () => {
      const active = this.#engine.active()
      if (active.length === 0) return void (this.#renewing = false)
      const leases = active.filter(({ execution }) => this.#seenBefore.has(execution))
      this.#seenBefore = new Set(active.map(({ execution }) => execution))
      this.#renew()
      if (leases.length === 0) return
      this.#connection.renew(leases).then(
        ({ lost, cancelRequested, pauseRequested = [] }) => {
          for (const execution of cancelRequested) this.#engine.stop(execution, 'cancelled')
          for (const execution of pauseRequested) this.#engine.stop(execution, 'paused')
          for (const execution of lost) this.#engine.stop(execution, 'lost')
        },
        (problem: unknown) => this.#note(problem),
      )
    })
  }

  /** Lost leases and a database that doesn't answer are part of this world; anything else is a defect. */
  #note(problem: unknown): void {
    const isExpected =
      problem instanceof LeaseLost || (problem instanceof Error && problem.name === 'Unreachable')
    if (isExpected) return
    const said = problem instanceof Error ? (problem.stack ?? problem.message) : String(problem)
    this.#world.database.audit.tell(`a process met a problem that is not of this world: ${said}`)
  }
}
