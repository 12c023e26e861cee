import type { Data } from '../data.ts'
import { Uncertain, type WeftError } from '../errors.ts'
import {
  Finished,
  type ChildStart,
  type NodeType,
  type OnUncertain,
  type Suspended,
} from '../nodes/define-node.ts'
import { failureOutput } from '../run/failure-output.ts'
import { INTERRUPTED, retryProgress, waitingProgress } from '../run/progress.ts'
import type { Step } from '../run/state.ts'
import type { WebhookResponse } from '../services.ts'
import type { NewExecution, StepPlace, StepRecord, WaitChanges } from '../store.ts'
import type { Attempt } from './attempt.ts'
import { problems } from './problems.ts'
import { retryDelayMs } from './retry.ts'
import type { Stage, Told } from './stage.ts'
import { causeIn, questionAbout, saidBy, verdictIn } from './unclear.ts'

/** How a node says that it's done. */
export interface Ended {
  port: string
  output: Data
  response: WebhookResponse | undefined
  starts: readonly ChildStart[]
}

/** Whether a step's work is done inside of a database transaction. */
export const isInTransaction = ({ node: { type } }: Step): boolean =>
  type.effect === 'transactional' || (type.effect === 'suspending' && type.inTransaction === true)

/** Whether a step's attempt goes on after the driving loop's turn. */
export const outlivesTurn = (step: Step): boolean =>
  step.node.type.effect === 'external' || isInTransaction(step)

/** Tells what became of attempts: to the record, to the machine, and to whoever waits. */
export class Outcomes {
  readonly #stage: Stage

  constructor(stage: Stage) {
    this.#stage = stage
  }

  /** What goes with the record of a step that falls asleep. What it has received is used up, and can be asked for anew. */
  bedtime(
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

  /** A step goes to sleep. */
  fallAsleep(record: StepRecord, step: Step, result: Suspended, how?: Told): void {
    const { until, state: progress } = result
    step.deliveries = []
    const hasWaits = result.waits.length > 0
    this.#stage.tell(record, { kind: 'suspended', step, until, progress, hasWaits }, how)
  }

  /** A step is done, and is still to be written down. */
  ended(attempt: Attempt, end: Ended, how?: Told): void {
    this.tellEnd(attempt.step, attempt.succeeded(end.port, end.output), end, how)
  }

  /** A step is done; `record` says how. */
  tellEnd(step: Step, record: StepRecord, end: Ended, how?: Told): void {
    if (end.response !== undefined && step.status !== 'closed') this.#stage.respond(end.response)
    if (how?.written !== true && end.starts.length > 0 && step.status !== 'closed') {
      this.#stage.journal.start(end.starts.map((start) => this.#stage.child(step, start)))
    }
    if (how?.written === true) step.hasWaits = false
    const { output } = record
    this.#stage.tell(record, { kind: 'finished', step, port: end.port, output }, how)
  }

  /** An attempt failed; another one may be due. */
  failed(attempt: Attempt, error: WeftError): void {
    const { step } = attempt
    const choice = error instanceof Uncertain ? onUncertain(step.node.type, attempt) : 'fail'
    if (error instanceof Uncertain && choice === 'ask') return this.ask(attempt, error)
    const delay = retryDelayMs({
      error,
      policy: step.node.definition.retry,
      made: step.attempt - step.attemptsBefore - step.interruptions,
      onUncertain: choice,
      random: this.#stage.random(),
    })
    if (delay === null) {
      return this.giveUp(
        attempt,
        error instanceof Uncertain ? problems.outcomeUnknown(error) : error,
      )
    }
    const until = this.#stage.now() + delay
    const progress = retryProgress(until)
    const record = attempt.failed(error, { port: null, output: null, progress })
    this.#stage.tell(record, { kind: 'postponed', step, until }, { urgent: true })
  }

  /** Nobody knows whether it happened: the step sleeps until a person has said. */
  ask(attempt: Attempt, cause: Uncertain): void {
    const { step } = attempt
    const question = questionAbout(step, attempt.errorOf(cause))
    // Called off meanwhile, it has nothing to ask any more.
    if (step.status !== 'closed') this.#stage.journal.openWaits(placed(step), question.waits)
    const error = attempt.errorOf(problems.unclear(cause))
    this.fallAsleep(attempt.waiting(progressOf(question), error), step, question, { urgent: true })
  }

  /** A person has said what became of an attempt. Whatever they say, it's for good: what they were asked is taken back. */
  settled(attempt: Attempt): void {
    const { step } = attempt
    const { verdict, output, by } = verdictIn(step.deliveries)
    const cause = new Uncertain(causeIn(step.progress))
    step.deliveries = []
    attempt.log('info', saidBy[verdict](by))
    switch (verdict) {
      case 'happened':
        return this.ended(attempt, endOf(new Finished(output, step.node.passPort)))
      case 'again':
        return this.#again(attempt, cause)
      case 'failed':
        return this.giveUp(attempt, problems.outcomeUnknown(cause))
    }
  }

  /** Another attempt at once, because a person says that this one came to nothing. */
  #again(attempt: Attempt, cause: Uncertain): void {
    const { step } = attempt
    // As many as the next process will count.
    if (cause.code === INTERRUPTED) step.interruptions += 1
    const until = this.#stage.now()
    const progress = retryProgress(until)
    const record = attempt.failed(cause, { port: null, output: null, progress })
    this.#stage.tell(record, { kind: 'postponed', step, until })
  }

  /** Failed for good. */
  giveUp(attempt: Attempt, error: WeftError): void {
    const { step } = attempt
    const { failurePort: port } = step.node
    const data = attempt.errorOf(error)
    const output = port === null ? null : failureOutput(data)
    const record = attempt.failed(error, { port, output, progress: null })
    this.#stage.tell(record, { kind: 'failed', step, error: data }, { urgent: outlivesTurn(step) })
  }
}

/** What a node returned: an output, or an output at a port. */
export function endOf(returned: unknown): Ended {
  const { output, port, response, starts } =
    returned instanceof Finished ? returned : new Finished(returned, 'out')
  // Outputs are data by their nodes' own schemas.
  return { port, response, starts, output: (output ?? null) as Data }
}

/** Where a step is, as waits name it. */
export const placed = ({ node, frame }: Step): StepPlace => ({ node: node.id, path: frame.path })

/** The end of all that a step waited for. */
export const endOfWaits = (step: Step): WaitChanges => ({ open: [], closed: [placed(step)] })

/** What a step that falls asleep leaves in its record. */
export const progressOf = ({ until, state, waits }: Suspended): Data =>
  waitingProgress(until, state, waits.length > 0)

/** What was never committed never happened; outside, the node type knows what a repeat would do. */
export const onUncertain = (type: NodeType, attempt: Attempt): OnUncertain =>
  type.effect === 'external' ? type.onUncertain(attempt.config) : 'retry'
