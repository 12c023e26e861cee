import type { Data } from '../data.ts'
import { EngineFault, toWeftError, Uncertain, WeftError } from '../errors.ts'
import type { WorkspaceId } from '../ids.ts'
import {
  Finished,
  Suspended,
  type ChildStart,
  type NodeType,
  type OnUncertain,
} from '../nodes/define-node.ts'
import type { RunEvent } from '../run/events.ts'
import { failureOutput } from '../run/machine.ts'
import { retryProgress, waitingProgress } from '../run/progress.ts'
import type { Step } from '../run/state.ts'
import type { Services, TransactionServices, WebhookResponse } from '../services.ts'
import type { NewExecution, StepPlace, StepRecord, WaitChanges } from '../store.ts'
import type { Attempt } from './attempt.ts'
import { inTime } from './in-time.ts'
import type { Journal } from './journal.ts'
import { MOST_INTERRUPTIONS, STEP_TIMEOUT_MS, TRANSACTION_RETRIES_MS } from './limits.ts'
import { loopConfig } from './loop-config.ts'
import { problems } from './problems.ts'
import { retryDelayMs } from './retry.ts'

/** What the performer needs of the driver. */
interface Stage {
  readonly journal: Journal
  readonly isTest: boolean
  attempt(step: Step, control: AbortController | null): Attempt
  tell(record: StepRecord, event: RunEvent & { step: Step }, how?: Told): void
  post(letter: () => void): void
  respond(response: WebhookResponse): void
  /** A start as a step asks for it, made whole. Throws when executions lead to executions without an end. */
  child(step: Step, start: ChildStart): NewExecution
  lose(cause: unknown): void
  now(): number
  random(): number
}

interface Told {
  /** What became of something outside: it's written soon, not with the next write that happens to come. */
  urgent?: boolean
  /** The record has been committed already. */
  written?: boolean
}

type OfEffect<Effect extends NodeType['effect']> = Extract<NodeType, { effect: Effect }>
type Asleep = Exclude<OfEffect<'suspending'>, { inTransaction: true }>
type InTransaction = OfEffect<'transactional'> | Extract<NodeType, { inTransaction: true }>

/** What came of a transaction: the record that was written with it, and what the node returned. */
interface Committed {
  record: StepRecord
  result: unknown
}

/** How a node says that it's done. */
interface Ended {
  port: string
  output: Data
  response: WebhookResponse | undefined
  starts: readonly ChildStart[]
}

/** Whether a step's work is done inside of a database transaction. */
const isInTransaction = ({ node: { type } }: Step): boolean =>
  type.effect === 'transactional' || (type.effect === 'suspending' && type.inTransaction === true)

/** Whether a step's attempt goes on after the driving loop's turn. */
export const outlivesTurn = (step: Step): boolean =>
  step.node.type.effect === 'external' || isInTransaction(step)

/** Performs attempts, each kind of step in the way that its effect class demands. */
export class Performer {
  readonly #stage: Stage
  readonly #services: Services
  readonly #workspace: WorkspaceId

  constructor(stage: Stage, services: Services, workspace: WorkspaceId) {
    this.#stage = stage
    this.#services = services
    this.#workspace = workspace
  }

  /** Begins an attempt. Steps that only compute are done when this returns; others leave their outcome in the mailbox. */
  begin(attempt: Attempt): void {
    this.#guarded(attempt, () => {
      const { node, interrupted: record } = attempt.step
      const { pinned } = node.definition
      if (this.#stage.isTest && pinned !== undefined) {
        const end = { port: node.passPort, output: pinned, response: undefined, starts: [] }
        return this.#ended(attempt, end)
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
        return this.#ended(attempt, endOf(type.run(attempt.config, attempt)))
      case 'control':
        return this.#loop(attempt)
      case 'suspending':
        return type.inTransaction === true
          ? this.#inParallel(this.#transactional(attempt, type))
          : this.#suspending(attempt, type)
      case 'external':
        return this.#inParallel(this.#external(attempt, type))
      case 'transactional':
        return this.#inParallel(this.#transactional(attempt, type))
    }
  }

  #loop(attempt: Attempt): void {
    const { step, config } = attempt
    this.#stage.tell(attempt.running(), { kind: 'looped', step, ...loopConfig(config) })
  }

  #suspending(attempt: Attempt, type: Asleep): void {
    const { step, config } = attempt
    const context = Object.assign(attempt, { clock: this.#services.clock })
    const result =
      step.record?.status === 'waiting'
        ? type.resume(config, step.progress, context)
        : type.run(config, context)
    if (!(result instanceof Suspended)) return this.#ended(attempt, endOf(result))
    const { waits, starts } = this.#bedtime(step, result)
    for (const place of waits.closed) this.#stage.journal.closeWaits(place)
    this.#stage.journal.openWaits(placed(step), result.waits)
    this.#stage.journal.start(starts)
    this.#fallAsleep(attempt.waiting(progressOf(result)), step, result)
  }

  /** What goes with the record of a step that falls asleep. What it has received is used up, and can be asked for anew. */
  #bedtime(
    step: Step,
    { waits, starts }: Suspended,
  ): { waits: WaitChanges; starts: NewExecution[] } {
    const place = placed(step)
    return {
      waits: {
        open: waits.map((wait) => ({ ...place, ...wait })),
        closed: step.deliveries.map(({ kind, key }) => ({ ...place, kind, key })),
      },
      starts: starts.map((start) => this.#stage.child(step, start)),
    }
  }

  #fallAsleep(record: StepRecord, step: Step, result: Suspended, how?: Told): void {
    const { until, state: progress } = result
    step.deliveries = []
    const hasWaits = result.waits.length > 0
    this.#stage.tell(record, { kind: 'suspended', step, until, progress, hasWaits }, how)
  }

  /** The intent is committed before, with all that waits to be written; the outcome right after. */
  async #external(attempt: Attempt, type: OfEffect<'external'>): Promise<void> {
    const { step, config } = attempt
    step.record = attempt.running()
    this.#stage.journal.append(step.record)
    await this.#stage.journal.flush()
    if (step.status === 'closed') return
    const context = Object.assign(attempt, this.#services)
    try {
      const end = endOf(await this.#inTime(attempt, () => type.run(config, context)))
      this.#stage.post(() =>
        this.#guarded(attempt, () => this.#ended(attempt, end, { urgent: true })),
      )
    } catch (problem) {
      const error = toWeftError(problem)
      // Whether what was cut off took effect, nobody knows.
      const unsure = error.code === 'step.timed_out' && onUncertain(type, attempt) === 'fail'
      this.#stage.post(() => this.#failed(attempt, unsure ? new Uncertain(error) : error))
    }
  }

  /** The step's writes, its record and all that waits to be written commit together. */
  async #transactional(attempt: Attempt, type: InTransaction): Promise<void> {
    const { step } = attempt
    for (let tried = 0; ; tried++) {
      const result = await this.#transaction(attempt, type)
      if ('record' in result) return this.#stage.post(() => this.#tellCommitted(step, result))
      if (step.status === 'closed') return
      // Nothing of it was committed, so a fault of unknown kind (mostly the database's) may be tried again.
      const pause = result.failed instanceof WeftError ? undefined : TRANSACTION_RETRIES_MS[tried]
      if (pause === undefined) {
        return this.#stage.post(() => this.#failed(attempt, toWeftError(result.failed)))
      }
      await this.#services.clock.sleep(pause, attempt.signal)
    }
  }

  #tellCommitted(step: Step, { record, result }: Committed): void {
    if (result instanceof Suspended) this.#fallAsleep(record, step, result, { written: true })
    else this.#tellEnd(step, record, endOf(result), { written: true })
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
          if (result instanceof Suspended) {
            const record = attempt.waiting(progressOf(result))
            own.done = { record, result }
            return { record, ...this.#bedtime(step, result) }
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
    const made = step.attempt - step.attemptsBefore
    const cause = problems.interrupted()
    if (onUncertain(type, attempt) === 'fail')
      return this.#giveUp(attempt, problems.outcomeUnknown(cause))
    if (made >= MOST_INTERRUPTIONS) return this.#giveUp(attempt, problems.keepsBreaking(made))
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
      this.#failed(attempt, toWeftError(problem))
    }
  }

  #ended(attempt: Attempt, end: Ended, how?: Told): void {
    this.#tellEnd(attempt.step, attempt.succeeded(end.port, end.output), end, how)
  }

  #tellEnd(step: Step, record: StepRecord, end: Ended, how?: Told): void {
    if (end.response !== undefined && step.status !== 'closed') this.#stage.respond(end.response)
    if (how?.written !== true && end.starts.length > 0 && step.status !== 'closed') {
      this.#stage.journal.start(end.starts.map((start) => this.#stage.child(step, start)))
    }
    if (how?.written === true) step.hasWaits = false
    const { output } = record
    this.#stage.tell(record, { kind: 'finished', step, port: end.port, output }, how)
  }

  /** An attempt failed; another one may be due. */
  #failed(attempt: Attempt, error: WeftError): void {
    const { step } = attempt
    const delay = retryDelayMs({
      error,
      policy: step.node.definition.retry,
      made: step.attempt - step.attemptsBefore,
      onUncertain: error instanceof Uncertain ? onUncertain(step.node.type, attempt) : 'fail',
      random: this.#stage.random(),
    })
    if (delay === null) {
      return this.#giveUp(
        attempt,
        error instanceof Uncertain ? problems.outcomeUnknown(error) : error,
      )
    }
    const until = this.#stage.now() + delay
    const progress = retryProgress(until)
    const record = attempt.failed(error, { port: null, output: null, progress })
    this.#stage.tell(record, { kind: 'postponed', step, until }, { urgent: true })
  }

  /** Failed for good. */
  #giveUp(attempt: Attempt, error: WeftError): void {
    const { step } = attempt
    const { failurePort: port } = step.node
    const data = attempt.errorOf(error)
    const output = port === null ? null : failureOutput(data)
    const record = attempt.failed(error, { port, output, progress: null })
    this.#stage.tell(record, { kind: 'failed', step, error: data }, { urgent: outlivesTurn(step) })
  }
}

/** What a node returned: an output, or an output at a port. */
function endOf(returned: unknown): Ended {
  const { output, port, response, starts } =
    returned instanceof Finished ? returned : new Finished(returned, 'out')
  // Outputs are data by their nodes' own schemas.
  return { port, response, starts, output: (output ?? null) as Data }
}

const placed = ({ node, frame }: Step): StepPlace => ({ node: node.id, path: frame.path })

const endOfWaits = (step: Step): WaitChanges => ({ open: [], closed: [placed(step)] })

const progressOf = ({ until, state, waits }: Suspended): Data =>
  waitingProgress(until, state, waits.length > 0)

/** What was never committed never happened; outside, the node type knows what a repeat would do. */
const onUncertain = (type: NodeType, attempt: Attempt): OnUncertain =>
  type.effect === 'external' ? type.onUncertain(attempt.config) : 'retry'
