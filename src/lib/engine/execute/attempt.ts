import type { Data } from '../data.ts'
import { errorData, type WeftError } from '../errors.ts'
import type { NodeId } from '../ids.ts'
import { arrivalsOf } from '../run/frames.ts'
import { templateScope, type Facts } from '../run/scope.ts'
import type { Arrival, Step } from '../run/state.ts'
import type { Scope, StepContext } from '../services.ts'
import type { Delivery, ErrorData, StepRecord } from '../store.ts'
import type { SuspendingContext } from '../nodes/define-node.ts'
import { childId } from './child.ts'
import { idempotencyKey } from './idempotency-key.ts'
import { redacted, redactedText, secretsIn, withoutSecrets } from './redact.ts'
import { checkOutput, storedInput } from './size.ts'

/** A step's log is for a handful of remarks, not for data. */
const MOST_LOGS = 100
const LONGEST_LOG = 2000

/** What an attempt needs to know of the execution it belongs to. */
export interface Surroundings {
  readonly facts: Facts
  readonly triggerData: Data
  iso(at: number): string
  now(): number
}

/** Steps that only compute can't be called off in the middle. */
const NEVER = new AbortController().signal

/** One attempt of one step: what its node is told, and how it is written down. */
export class Attempt implements StepContext {
  readonly step: Step
  /** Calls it off; null for steps that are done in no time. */
  readonly control: AbortController | null
  /** The config after templates, once filled in. */
  config: Record<string, unknown> = {}
  readonly #around: Surroundings
  readonly #at: number
  readonly #record: StepRecord
  #secrets: readonly string[] = []
  /** The record was handed out; it must not change any more. */
  #isOut = false

  constructor(
    step: Step,
    seq: number,
    at: number,
    control: AbortController | null,
    around: Surroundings,
  ) {
    this.step = step
    this.control = control
    this.#around = around
    this.#at = at
    this.#record = openRecord(step, seq, around.iso(at))
    // What it wrote down before it fell asleep stays.
    if (step.record !== null) this.#record.logs = [...step.record.logs]
  }

  /** Puts the data into the config's templates. A ConfigProblem says what is wrong with them. */
  fillIn(): void {
    const { config } = this.step.node
    this.config = config.render(templateScope(this.step, this.#around.facts, this.#at))
    if (config.secretFields.length > 0) this.#secrets = secretsIn(this.config, config.secretFields)
    // Rendered configs are data.
    this.#record.input = storedInput(withoutSecrets(this.config, config.secretFields) as Data)
  }

  get signal(): AbortSignal {
    return this.control?.signal ?? NEVER
  }
  get workspace(): Scope['workspace'] {
    return this.#around.facts.workspace
  }
  get workflow(): Scope['workflow'] {
    return this.#around.facts.workflow
  }
  get execution(): Scope['execution'] {
    return this.#around.facts.execution
  }
  get node(): { id: NodeId; key: string; title: string } {
    return this.step.node
  }
  get attempt(): number {
    return this.step.attempt
  }
  get idempotencyKey(): string {
    const { node, frame } = this.step
    return idempotencyKey(this.execution.id, node.id, frame.path)
  }
  get now(): string {
    return this.#around.iso(this.#at)
  }
  get trigger(): Data {
    return this.#around.triggerData
  }
  get arrived(): Arrival[] {
    return arrivalsOf(this.step)
  }

  get deliveries(): readonly Delivery[] {
    return this.step.deliveries
  }

  /** Bound for the same reason as `log`. */
  get childId(): SuspendingContext['childId'] {
    return (name = '') => childId(this.#at, `${this.idempotencyKey} ${this.step.attempt} ${name}`)
  }

  /** Made when it's asked for, and bound: nodes take it out of the context. */
  get log(): StepContext['log'] {
    return (level, message) => {
      if (this.#record.logs.length >= MOST_LOGS) return
      const text = redactedText(message.slice(0, LONGEST_LOG), this.#secrets)
      this.#record.logs.push({ at: this.#around.iso(this.#around.now()), level, message: text })
    }
  }

  /** Under way, or (a loop, a step that acts outside) about to be. */
  running(): StepRecord {
    this.#isOut = true
    return this.#record
  }

  /** Asleep; `error` says why, where it isn't what the step is for. */
  waiting(progress: Data, error: ErrorData | null = null): StepRecord {
    return { ...this.#record, status: 'waiting', progress, error }
  }

  /** Done. The output is checked for its size and freed of secrets. */
  succeeded(port: string, output: Data): StepRecord {
    checkOutput(output)
    return this.#ended({ status: 'succeeded', port, output: redacted(output, this.#secrets) })
  }

  /** Failed, for good (by a port if the workflow deals with it) or until the next attempt (`progress` says when). */
  failed(error: WeftError, end: { port: string | null; output: Data; progress: Data }): StepRecord {
    return this.#ended({ ...end, status: 'failed', error: this.errorOf(error) })
  }

  /** The error as it may be stored. */
  errorOf(error: WeftError): ErrorData {
    const data = errorData(error, this.step.node.id)
    if (this.#secrets.length === 0) return data
    return { ...data, detail: redactedText(data.detail, this.#secrets) }
  }

  #ended(how: Partial<StepRecord>): StepRecord {
    // Most steps are written down once: what nobody else has seen needs no copy.
    const record = this.#isOut ? { ...this.#record } : this.#record
    record.finishedAt = this.#around.iso(this.#around.now())
    return Object.assign(record, how)
  }
}

/** The record of an attempt that begins. */
export function openRecord(step: Step, seq: number, startedAt: string): StepRecord {
  return {
    node: step.node.id,
    path: step.frame.path,
    attempt: step.attempt,
    seq,
    status: 'running',
    port: null,
    input: null,
    output: null,
    error: null,
    progress: null,
    logs: [],
    startedAt,
    finishedAt: null,
  }
}
