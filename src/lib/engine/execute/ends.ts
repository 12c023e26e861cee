import { EngineFault, errorData } from '../errors.ts'
import { leftOpen } from '../run/recorded.ts'
import type { End, RunState } from '../run/state.ts'
import { nextWake } from '../run/waiting.ts'
import type { Checkpoint } from '../store.ts'
import type { Drive } from './drive.ts'
import { ending, NO_WAITS } from './ending.ts'
import type { Journal } from './journal.ts'
import { earliest, type Moments } from './moments.ts'
import type { RunOutcome } from './outcome.ts'
import { EXECUTION_TIMED_OUT } from './problems.ts'
import { questionIn } from './unclear.ts'

/** The last write of a run: the execution is over, or it's let go for a while. */
export class Ends {
  readonly #drive: Drive
  readonly #state: RunState
  readonly #journal: Journal
  readonly #moments: Moments

  constructor(run: { drive: Drive; state: RunState; journal: Journal; moments: Moments }) {
    this.#drive = run.drive
    this.#state = run.state
    this.#journal = run.journal
    this.#moments = run.moments
  }

  /** The execution is over. */
  async finish(): Promise<RunOutcome> {
    const { over } = this.#state
    if (over === null) throw new EngineFault('a run was finished that is not over')
    const error = over.status === 'timed_out' ? EXECUTION_TIMED_OUT : over.error
    const end = { ...over, error }
    // Taken up again and over before it came by there: what an earlier process had begun ends here, too.
    for (const record of leftOpen(this.#state)) {
      const finishedAt = new Date(this.#now()).toISOString()
      this.#journal.append({ ...record, status: 'cancelled', finishedAt })
      if (record.status === 'waiting')
        this.#journal.closeWaits({ node: record.node, path: record.path })
    }
    await this.#journal.close(await this.#journal.ask(() => this.#ending(end)))
    return end
  }

  /** A fault that would come again and again with every process that took over: better an end than that. */
  async breakOff(fault: EngineFault): Promise<RunOutcome> {
    const end = { status: 'failed', error: errorData(fault), output: null } as const
    try {
      await this.#journal.abandon({ ...(await this.#ending(end)), waits: NO_WAITS })
    } catch (cause) {
      return { status: 'lost', cause }
    }
    return end
  }

  /** Everything waits: the execution is stored and let go. */
  async rest(): Promise<RunOutcome> {
    const next = nextWake(this.#state)
    if (next === null && this.#state.waiting.size === 0) {
      throw new EngineFault('Nothing is left to do, but the execution is not over.')
    }
    return await this.letGo(earliest(next?.at ?? null, this.#moments.timeoutAt))
  }

  /** Somebody goes on at a moment; null: when something comes from outside. */
  async letGo(wakeAt: number | null): Promise<RunOutcome> {
    await this.#journal.close({ status: 'waiting', wakeAt, error: questionIn(this.#state) })
    return { status: 'waiting', wakeAt }
  }

  #ending(end: End): Promise<Omit<Checkpoint, 'steps'>> {
    const { store, claimed, version, log } = this.#drive
    return ending(end, { store, claimed, version, log, now: this.#now() })
  }

  #now(): number {
    return this.#drive.services.clock.now()
  }
}
