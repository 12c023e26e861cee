import type { Data } from '../data.ts'
import { failureOutput } from '../run/failure-output.ts'
import type { Step } from '../run/state.ts'
import type { ClaimedExecution, ErrorData, StepRecord } from '../store.ts'
import { openRecord } from './attempt.ts'
import type { Journal } from './journal.ts'

/** Of an attempt that is not (yet) to be written down. */
const UNNUMBERED = 0

/** An execution's history as it is written: gives attempts their numbers, and knows which of them leave a row. */
export class History {
  /** A chunk of a long loop is waiting to be written: a crash shall repeat no more than that. */
  hasChunk = false
  readonly #journal: Pick<Journal, 'append'>
  /** The present moment, ISO 8601. */
  readonly #now: () => string
  #nextSeq: number
  /** Attempts that leave no rows, and so take no number. */
  #unnumbered = 0

  constructor(claimed: ClaimedExecution, journal: Pick<Journal, 'append'>, now: () => string) {
    this.#journal = journal
    this.#now = now
    // Also after those of records that were set aside.
    this.#nextSeq = claimed.lastSeq + 1
  }

  /** The number of the next attempt, those without rows counted. */
  get next(): number {
    return this.#nextSeq + this.#unnumbered
  }

  /** The number for a new attempt of a step. */
  number({ frame }: Step): number {
    if (!frame.isQuiet) return this.#nextSeq++
    this.#unnumbered++
    return UNNUMBERED
  }

  /** Writes a record down, unless it's of a step that leaves no row: one that only computes, deep in a long loop. */
  append(record: StepRecord, { frame }: Step): void {
    if (frame.isQuiet) {
      if (record.error === null && record.attempt === 1) return
      if (record.seq === UNNUMBERED) record.seq = this.#nextSeq++
    }
    this.#journal.append(record)
  }

  /** A step was passed over. */
  skipped(step: Step, port: string | null): void {
    const at = this.#now()
    const record = openRecord(step, this.number(step), at)
    this.append({ ...record, status: 'skipped', port, finishedAt: at }, step)
  }

  /** What came of a part of a long list. */
  chunk(step: Step, path: string, output: Data): void {
    const at = this.#now()
    const record = openRecord(step, this.#nextSeq++, at)
    this.#journal.append({ ...record, path, status: 'succeeded', output, finishedAt: at })
    this.hasChunk = true
  }

  /** A step that had begun is over. */
  ended(step: Step, how: Partial<StepRecord>): void {
    if (step.record === null) return
    this.append({ ...step.record, ...how, finishedAt: this.#now() }, step)
  }

  /** A loop has failed; `port` is where it goes on, if the workflow deals with it. */
  loopFailed(step: Step, port: string | null, error: ErrorData): void {
    const output = port === null ? null : failureOutput(error)
    this.ended(step, { status: 'failed', port, error, output })
  }
}
