import type { Checkpoint, ExecutionId, Lease, StepRecord } from '#lib/engine/index.ts'
import { idempotencyKey } from '#lib/engine/execute/idempotency-key.ts'

/** What has been seen of one execution. */
interface Seen {
  /** Lease numbers with whom they were given to. */
  owners: Map<number, string>
  newest: number
  /** The newest lease when somebody had it retried; leases after it are of its second life. */
  retriedAt: number
  /** Which attempt has which place in the execution's history. */
  seqs: Map<number, string>
  /** How each attempt was last written, and under which lease it began. */
  attempts: Map<string, { status: StepRecord['status']; beganUnder: number; endedUnder: number }>
}

/** Where an intent was committed. */
export interface Intent {
  execution: ExecutionId
  place: string
}

const isOpen = (status: StepRecord['status']): boolean =>
  status === 'running' || status === 'waiting'

/**
 * Watches everything that a store takes, and knows by itself what it must not take: the store under test isn't asked.
 */
export class Audit {
  readonly problems: string[] = []
  readonly #executions = new Map<ExecutionId, Seen>()
  /** Executions that somebody lets rest, and the moment by which their time runs out. */
  readonly #resting = new Map<ExecutionId, number>()
  readonly #intents = new Map<string, Intent>()

  /** A lease was given to somebody. */
  granted({ execution, number }: Lease, owner: string, now: number): void {
    if (now < (this.#resting.get(execution) ?? 0))
      this.#tell(execution, 'was taken up while it should rest')
    const seen = this.#seen(execution)
    if (number <= seen.newest)
      this.#tell(execution, `lease ${number} was given out after ${seen.newest}`)
    seen.owners.set(number, owner)
    seen.newest = Math.max(seen.newest, number)
  }

  /** A write was committed. `isRepeat`: its writer didn't hear of the commit and has made it again. */
  wrote(lease: Lease, write: Checkpoint, writer: string, isRepeat: boolean): void {
    const { execution, number } = lease
    const seen = this.#seen(execution)
    if (seen.owners.get(number) !== writer) {
      this.#tell(execution, `${writer} wrote under lease ${number} of ${seen.owners.get(number)}`)
    }
    if (number !== seen.newest) {
      this.#tell(
        execution,
        `${writer} wrote under lease ${number} when ${seen.newest} was given out`,
      )
    }
    for (const step of write.steps) this.#step(execution, seen, step, number, isRepeat)
  }

  #step(
    execution: ExecutionId,
    seen: Seen,
    step: StepRecord,
    lease: number,
    isRepeat: boolean,
  ): void {
    const { node, path, attempt, seq, status } = step
    const place = `${node}@${path}`
    const name = `${place}#${attempt}`
    const other = seen.seqs.get(seq)
    if (other !== undefined && other !== name) {
      this.#tell(execution, `${name} has the number ${seq} of ${other}`)
    }
    seen.seqs.set(seq, name)
    const before = seen.attempts.get(name)
    if (before !== undefined && !isOpen(before.status) && !isRepeat) {
      this.#tell(execution, `${name} was ${before.status} and is written again as ${status}`)
    }
    if (attempt > 1 && before === undefined) this.#next(execution, seen, place, attempt)
    const beganUnder = before?.beganUnder ?? lease
    seen.attempts.set(name, { status, beganUnder, endedUnder: lease })
    if (status === 'running') {
      const intent = { execution, place }
      this.#intents.set(idempotencyKey(execution, node, path), intent)
    }
  }

  /** Another attempt comes after one that failed or was called off. */
  #next(execution: ExecutionId, seen: Seen, place: string, attempt: number): void {
    const last = seen.attempts.get(`${place}#${attempt - 1}`)
    if (last?.status !== 'failed' && last?.status !== 'cancelled') {
      this.#tell(execution, `${place} has attempt ${attempt} after one that is ${last?.status}`)
    }
  }

  /** Whose a key is, if its intent was committed. */
  intent(key: string): Intent | undefined {
    return this.#intents.get(key)
  }

  /** An attempt that one process began and another one ended. */
  changedHands(execution: ExecutionId, { node, path, attempt }: StepRecord): boolean {
    const seen = this.#executions.get(execution)?.attempts.get(`${node}@${path}#${attempt}`)
    return seen !== undefined && seen.beganUnder < seen.endedUnder
  }

  /** Somebody lets an execution rest until their time runs out, or has it go on (0). */
  rests(execution: ExecutionId, until: number): void {
    this.#resting.set(execution, until)
  }

  /** Somebody has an execution retried: what was open is set aside, and another attempt may follow it. */
  retried(execution: ExecutionId): void {
    const seen = this.#seen(execution)
    seen.retriedAt = seen.newest
    this.#resting.delete(execution)
    for (const attempt of seen.attempts.values()) {
      if (isOpen(attempt.status)) attempt.status = 'cancelled'
    }
  }

  /** Whether an attempt ended after its execution was retried. */
  isOfSecondLife(execution: ExecutionId, { node, path, attempt }: StepRecord): boolean {
    const seen = this.#executions.get(execution)
    const ended = seen?.attempts.get(`${node}@${path}#${attempt}`)?.endedUnder
    return seen !== undefined && ended !== undefined && ended > seen.retriedAt
  }

  /** Something that must never be. */
  tell(problem: string): void {
    if (this.problems.length < 20) this.problems.push(problem)
  }

  #tell(execution: ExecutionId, problem: string): void {
    this.tell(`${execution.slice(-4)}: ${problem}`)
  }

  #seen(execution: ExecutionId): Seen {
    const known = this.#executions.get(execution)
    if (known !== undefined) return known
    const seen = {
      owners: new Map(),
      newest: 0,
      retriedAt: Infinity,
      seqs: new Map(),
      attempts: new Map(),
    }
    this.#executions.set(execution, seen)
    return seen
  }
}
