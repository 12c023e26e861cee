import { EngineFault, toWeftError, Uncertain, WeftError } from '../errors.ts'
import type { WorkspaceId } from '../ids.ts'
import { Suspended, type NodeType } from '../nodes/define-node.ts'
import { retryProgress } from '../run/progress.ts'
import type { Step } from '../run/state.ts'
import type { HostServices, Services, TransactionServices } from '../services.ts'
import type { StepRecord } from '../store.ts'
import type { Attempt } from './attempt.ts'
import { CalledOff, inTime } from './in-time.ts'
import { MOST_INTERRUPTIONS, STEP_TIMEOUT_MS, TRANSACTION_RETRIES_MS } from './limits.ts'
import { loopConfig } from './loop-config.ts'
import { endOf, endOfWaits, onUncertain, Outcomes, placed, progressOf } from './outcomes.ts'
import { problems } from './problems.ts'
import type { Stage } from './stage.ts'

type OfEffect<Effect extends NodeType['effect']> = Extract<NodeType, { effect: Effect }>
type Asleep = Exclude<OfEffect<'suspending'>, { inTransaction: true }>
type InTransaction = OfEffect<'transactional'> | Extract<NodeType, { inTransaction: true }>

/** What came of a transaction: the record that was written with it, and what the node returned. */
interface Committed {
  record: StepRecord
  result: unknown
}

/** Performs attempts, each kind of step in the way that its effect class demands. */
export class Performer {
  readonly #stage: Stage
  readonly #services: HostServices
  /** The workspace's own; made when a step first acts on the outside. */
  #own: Services | undefined
  readonly #workspace: WorkspaceId
  readonly #outcomes: Outcomes

  constructor(stage: Stage, services: HostServices, workspace: WorkspaceId) {
    this.#stage = stage
    this.#services = services
    this.#workspace = workspace
    this.#outcomes = new Outcomes(stage)
  }

  /** Begins an attempt. Steps that only compute are done when this returns; others leave their outcome in the mailbox. */
  begin(attempt: Attempt): void {
    this.#guarded(attempt, () => {
      const { node, interrupted: record } = attempt.step
      const { pinned } = node.definition
      if (this.#stage.isTest && pinned !== undefined) {
        const end = { port: node.passPort, output: pinned, response: undefined, starts: [] }
        return this.#outcomes.ended(attempt, end)
      }
      attempt.fillIn()
      if (record === null) this.#perform(attempt)
      else this.#afterInterruption(attempt)
    })
  }

  #perform(attempt: Attempt): void {
    const { type } = attempt.step.node
    switch (type.effect) {
      case 'pure':
        return this.#outcomes.ended(attempt, endOf(type.run(attempt.config, attempt)))
      case 'control':
        return this.#loop(attempt, type)
      case 'suspending':
        return type.inTransaction === true
          ? this.#inParallel(this.#transactional(attempt, type))
          : this.#suspending(attempt, type)
      case 'external':
        return attempt.step.record?.status === 'waiting'
          ? this.#outcomes.settled(attempt)
          : this.#inParallel(this.#external(attempt, type))
      case 'transactional':
        return this.#inParallel(this.#transactional(attempt, type))
    }
  }

  #loop(attempt: Attempt, type: OfEffect<'control'>): void {
    const { step, config } = attempt
    const { control } = type
    this.#stage.tell(attempt.running(), { kind: 'looped', step, ...loopConfig(control, config) })
  }

  #suspending(attempt: Attempt, type: Asleep): void {
    const { step, config } = attempt
    const context = Object.assign(attempt, { clock: this.#services.clock })
    const result =
      step.record?.status === 'waiting'
        ? type.resume(config, step.progress, context)
        : type.run(config, context)
    if (!(result instanceof Suspended)) return this.#outcomes.ended(attempt, endOf(result))
    const { waits, starts } = this.#outcomes.bedtime(step, result)
    for (const place of waits.closed) this.#stage.journal.closeWaits(place)
    this.#stage.journal.openWaits(placed(step), result.waits)
    this.#stage.journal.start(starts)
    this.#outcomes.fallAsleep(attempt.waiting(progressOf(result)), step, result)
  }

  /** The intent is committed before, with all that waits to be written; the outcome right after. */
  async #external(attempt: Attempt, type: OfEffect<'external'>): Promise<void> {
    const { step, config } = attempt
    step.record = attempt.running()
    this.#stage.journal.append(step.record)
    await this.#stage.journal.flush()
    if (step.status === 'closed') return
    this.#own ??= this.#services.of?.(this.#workspace) ?? this.#services
    const context = Object.assign(attempt, this.#own)
    try {
      const end = endOf(await this.#inTime(attempt, () => type.run(config, context)))
      this.#stage.post(() =>
        this.#guarded(attempt, () => this.#outcomes.ended(attempt, end, { urgent: true })),
      )
    } catch (problem) {
      const error = toWeftError(problem)
      // Whether what was cut off took effect, nobody knows.
      const unsure = error.code === 'step.timed_out' && onUncertain(type, attempt) !== 'retry'
      this.#stage.post(() => this.#outcomes.failed(attempt, unsure ? new Uncertain(error) : error))
    }
  }

  /** The step's writes, its record and all that waits to be written commit together. */
  async #transactional(attempt: Attempt, type: InTransaction): Promise<void> {
    const { step } = attempt
    for (let tried = 0; ; tried++) {
      const result = await this.#transaction(attempt, type)
      if ('record' in result) return this.#stage.post(() => this.#tellCommitted(step, result))
      if (step.status === 'closed') return this.#stage.post(() => this.#stage.left(step))
      // Nothing of it was committed, so a fault of unknown kind (mostly the database's) may be tried again.
      const pause = result.failed instanceof WeftError ? undefined : TRANSACTION_RETRIES_MS[tried]
      if (pause === undefined) {
        return this.#stage.post(() => this.#outcomes.failed(attempt, toWeftError(result.failed)))
      }
      await this.#services.clock.sleep(pause, attempt.signal)
    }
  }

  #tellCommitted(step: Step, { record, result }: Committed): void {
    if (result instanceof Suspended)
      this.#outcomes.fallAsleep(record, step, result, { written: true })
    else this.#outcomes.tellEnd(step, record, endOf(result), { written: true })
  }

  /** One try. What the node threw is the answer; what the store threw goes up: then nobody knows what was committed. */
  async #transaction(
    attempt: Attempt,
    type: InTransaction,
  ): Promise<Committed | { failed: unknown }> {
    const { step } = attempt
    const own: { problem?: unknown; done?: Committed } = {}
    try {
      await this.#stage.journal.transact(this.#workspace, async (services) => {
        delete own.problem
        try {
          const result = await this.#inTime(attempt, () => this.#work(attempt, type, services))
          if (step.status === 'closed') throw new CalledOff()
          if (result instanceof Suspended) {
            const record = attempt.waiting(progressOf(result))
            own.done = { record, result }
            return { record, ...this.#outcomes.bedtime(step, result) }
          }
          const end = endOf(result)
          const record = attempt.succeeded(end.port, end.output)
          own.done = { record, result }
          const starts = end.starts.map((start) => this.#stage.child(step, start))
          return { record, starts, ...(step.hasWaits ? { waits: endOfWaits(step) } : {}) }
        } catch (problem) {
          own.problem = problem
          throw problem
        }
      })
    } catch (problem) {
      if ('problem' in own && own.problem === problem) return { failed: problem }
      throw problem
    }
    return own.done ?? { failed: new EngineFault('A transaction was committed without its work.') }
  }

  #work(attempt: Attempt, type: InTransaction, services: TransactionServices): Promise<unknown> {
    const { step, config } = attempt
    if (type.effect === 'transactional') return type.run(config, Object.assign(attempt, services))
    const context = Object.assign(attempt, services, { clock: this.#services.clock })
    return step.record?.status === 'waiting'
      ? type.resume(config, step.progress, context)
      : type.run(config, context)
  }

  #inParallel(work: Promise<void>): void {
    work.catch((problem: unknown) => this.#stage.lose(problem))
  }

  async #inTime<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
    const { node } = attempt.step
    const limit =
      node.timeoutMs ??
      STEP_TIMEOUT_MS[node.type.effect === 'external' ? 'external' : 'transactional']
    return await inTime(this.#services.clock, limit, attempt.control ?? new AbortController(), work)
  }

  /** An attempt was under way when its process died: nobody knows what it did. */
  #afterInterruption(attempt: Attempt): void {
    const { step } = attempt
    const { type } = step.node
    step.interrupted = null
    const cause = problems.interrupted()
    const choice = onUncertain(type, attempt)
    if (choice === 'ask') return this.#outcomes.ask(attempt, cause)
    step.interruptions += 1
    if (choice === 'fail') return this.#outcomes.giveUp(attempt, problems.outcomeUnknown(cause))
    if (step.interruptions >= MOST_INTERRUPTIONS)
      return this.#outcomes.giveUp(attempt, problems.keepsBreaking(step.interruptions))
    const now = retryProgress(this.#stage.now())
    this.#stage.journal.append(attempt.failed(cause, { port: null, output: null, progress: now }))
    step.record = null
    step.attempt += 1
    const next = this.#stage.attempt(step, attempt.control)
    next.fillIn()
    this.#perform(next)
  }

  #guarded(attempt: Attempt, work: () => void): void {
    try {
      work()
    } catch (problem) {
      this.#outcomes.failed(attempt, toWeftError(problem))
    }
  }
}
