import type { ExecutionId, NodeId } from './ids.ts'
import type { ErrorData } from './store.ts'

/** What a person is told: what happened, where, and what to do about it. */
export interface Explanation {
  /** Stable for ever, e.g. `template.unknown_variable`; sentences may improve. */
  code: string
  title: string
  detail: string
  hint?: string | undefined
  /** The node's field that it is about. */
  field?: string | undefined
  cause?: unknown
}

/** Base of all errors that the engine understands. Anything else that is thrown is a fault of ours. */
export abstract class WeftError extends Error {
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly hint: string | undefined
  readonly field: string | undefined
  /** Whether the same attempt, made again, may succeed. */
  abstract readonly retryable: boolean

  constructor(explanation: Explanation) {
    super(
      `${explanation.title}: ${explanation.detail}`,
      explanation.cause === undefined ? undefined : { cause: explanation.cause },
    )
    this.code = explanation.code
    this.title = explanation.title
    this.detail = explanation.detail
    this.hint = explanation.hint
    this.field = explanation.field
  }
}

/** The person who drew the workflow can fix this: it names the field, what is wrong and what would be right. */
export class ConfigProblem extends WeftError {
  override readonly name = 'ConfigProblem'
  readonly retryable = false
  /** The variable that doesn't exist, where that's the problem. */
  readonly variable: string | undefined
  /** The existing name that is most like it. */
  readonly nearest: string | undefined

  constructor(explanation: Explanation & { variable?: string; nearest?: string | undefined }) {
    super(explanation)
    this.variable = explanation.variable
    this.nearest = explanation.nearest
  }

  /** The same problem, told of another field: what renders a template doesn't know whose it is. */
  inField(field: string): ConfigProblem {
    const { code, title, detail, hint, variable, nearest, cause } = this
    return new ConfigProblem({
      ...{ code, title, detail, hint, nearest, cause, field },
      ...(variable === undefined ? {} : { variable }),
    })
  }
}

/** A step's attempt failed for a reason outside of the workflow. */
export class StepFailure extends WeftError {
  override readonly name = 'StepFailure'
  readonly retryable: boolean
  /** The other side asked to be left alone for so long. */
  readonly retryAfterMs: number | undefined

  constructor(
    explanation: Explanation & { retryable: boolean; retryAfterMs?: number | undefined },
  ) {
    super(explanation)
    this.retryable = explanation.retryable
    this.retryAfterMs = explanation.retryAfterMs
  }
}

/** The attempt may or may not have taken effect outside; the node's `onUncertain` decides what that means. */
export class Uncertain extends WeftError {
  override readonly name = 'Uncertain'
  readonly retryable = false
}

/** A defect of the engine or of a node type: logged whole, shown short. */
export class EngineFault extends WeftError {
  override readonly name = 'EngineFault'
  readonly retryable = false

  constructor(what: string, cause?: unknown) {
    super({
      code: 'engine.fault',
      title: 'Something went wrong inside Weft',
      detail: what,
      hint: 'Try again. If it keeps happening, tell your administrator.',
      cause,
    })
  }
}

/** Somebody else holds this execution now; nothing that this process still has to say about it may be written. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
  readonly execution: ExecutionId

  constructor(execution: ExecutionId) {
    super(`the lease of execution ${execution} was taken over`)
    this.execution = execution
  }
}

/** Any thrown thing as an error that the engine understands. */
export function toWeftError(thrown: unknown): WeftError {
  if (thrown instanceof WeftError) return thrown
  const said = thrown instanceof Error ? thrown.message : String(thrown)
  return new EngineFault(`A step broke unexpectedly (${said.slice(0, 300)}).`, thrown)
}

/** An error as it is stored and shown. */
export function errorData(error: WeftError, node?: NodeId): ErrorData {
  return {
    code: error.code,
    title: error.title,
    detail: error.detail,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(node === undefined ? {} : { node }),
    ...(error.field === undefined ? {} : { field: error.field }),
    retryable: error.retryable,
  }
}
