import { nextWake } from '../run/waiting.ts'
import type { RunState } from '../run/state.ts'
import type { Clock } from '../services.ts'
import { CLOCKS_DIFFER_MS, GRACE_MS, HOLD_MS } from './limits.ts'

/** What the clock says about a run: what is due, and when to look again. */
export class Moments {
  /** When the execution has taken too long. */
  readonly timeoutAt: number | null
  readonly #clock: Pick<Clock, 'now'>
  readonly #state: RunState
  readonly #wasLetGo: boolean
  #deadline: number | null

  constructor(
    clock: Pick<Clock, 'now'>,
    state: RunState,
    timeoutAt: number | null,
    { deadline, wasLetGo }: { deadline: number | null; wasLetGo: boolean },
  ) {
    this.#clock = clock
    this.#state = state
    this.timeoutAt = timeoutAt
    this.#deadline = deadline
    this.#wasLetGo = wasLetGo
  }

  /** The deadline is now, if it wasn't before. */
  endNow(): void {
    this.#deadline = earliest(this.#deadline, this.#clock.now())
  }

  get isTimedOut(): boolean {
    return this.timeoutAt !== null && this.#clock.now() >= this.timeoutAt
  }

  /** Nothing new is begun any more. */
  get isPastDeadline(): boolean {
    return this.#deadline !== null && this.#clock.now() >= this.#deadline
  }

  /** Nothing is waited for any more. */
  get isPastGrace(): boolean {
    return this.#deadline !== null && this.#clock.now() >= this.#deadline + GRACE_MS
  }

  /** A sleeping step wants to be woken. */
  get isSomethingDue(): boolean {
    const next = nextWake(this.#state)
    return next !== null && next.at <= this.#clock.now()
  }

  /** Something is due so soon that letting go isn't worth it. */
  get isSomethingSoon(): boolean {
    const next = nextWake(this.#state)
    const now = this.#clock.now()
    if (next !== null && next.retrying && next.at - now <= HOLD_MS) return true
    // What was let go is claimed when it's due by the database's clock. By ours it may not be yet: letting it go again,
    // we'd be given it at once, over and over.
    const due = this.#wasLetGo ? earliest(next?.at ?? null, this.timeoutAt) : null
    return due !== null && due - now <= CLOCKS_DIFFER_MS
  }

  /** When to look again even if nothing happens. */
  next(): number | null {
    const wake = nextWake(this.#state)?.at ?? null
    const { timeoutAt } = this
    if (this.#deadline === null) return earliest(wake, timeoutAt)
    const limit = this.isPastDeadline ? this.#deadline + GRACE_MS : this.#deadline
    return earliest(earliest(wake, timeoutAt), limit)
  }
}

/** The earlier of two moments; null is never. */
export const earliest = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b)
