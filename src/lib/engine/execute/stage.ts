import type { ChildStart } from '../nodes/define-node.ts'
import type { RunEvent } from '../run/events.ts'
import type { Step } from '../run/state.ts'
import type { WebhookResponse } from '../services.ts'
import type { NewExecution, StepRecord } from '../store.ts'
import type { Attempt } from './attempt.ts'
import type { Journal } from './journal.ts'

/** What performing steps, and telling what became of them, needs of the driver. */
export interface Stage {
  readonly journal: Journal
  readonly isTest: boolean
  attempt(step: Step, control: AbortController | null): Attempt
  tell(record: StepRecord, event: RunEvent & { step: Step }, how?: Told): void
  /** A transaction was rolled back in which a step had been called off. */
  left(step: Step): void
  post(letter: () => void): void
  respond(response: WebhookResponse): void
  /** A start as a step asks for it, made whole. Throws when executions lead to executions without an end. */
  child(step: Step, start: ChildStart): NewExecution
  lose(cause: unknown): void
  now(): number
  random(): number
}

/** How urgent news of a step is. */
export interface Told {
  /** What became of something outside: it's written soon, not with the next write that happens to come. */
  urgent?: boolean
  /** The record has been committed already. */
  written?: boolean
}
