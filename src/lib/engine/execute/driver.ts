import type { Data } from '../data.ts'
import type { ChildStart } from '../nodes/define-node.ts'
import type { Effect, RunEvent } from '../run/events.ts'
import { apply, begin } from '../run/machine.ts'
import type { Facts } from '../run/scope.ts'
import type { Frame, RunState, Step } from '../run/state.ts'
import type { WebhookResponse } from '../services.ts'
import type { NewExecution, StepRecord } from '../store.ts'
import { Attempt, type Surroundings } from './attempt.ts'
import { childOf } from './child.ts'
import { Children } from './children.ts'
import type { Drive } from './drive.ts'
import { Ends } from './ends.ts'
import { ExecutionFacts } from './facts.ts'
import { History } from './history.ts'
import { Journal } from './journal.ts'
import { BETWEEN_LOOKS, MOST_BUFFERED, MOST_STEPS, TURN_MS } from './limits.ts'
import { Mailbox } from './mailbox.ts'
import { Moments } from './moments.ts'
import type { RunOutcome } from './outcome.ts'
import { Performer } from './performer.ts'
import { tooManySteps } from './problems.ts'
import { verdictOn } from './verdict.ts'
import { Timestamps } from './timestamps.ts'
import { UnderWay } from './under-way.ts'

/**
 * Drives one execution: asks the machine what is ready, has it performed, writes down what became of it, until the
 * execution is over or everything in it waits. One loop; parallel steps leave their outcomes in its mailbox.
 */
export class Driver implements Surroundings {
  readonly facts: Facts
  readonly triggerData: Data
  readonly journal: Journal
  readonly #drive: Drive
  readonly #state: RunState
  readonly #mailbox: Mailbox
  readonly #performer: Performer
  readonly #timestamps = new Timestamps()
  readonly #moments: Moments
  readonly #children: Children
  readonly #history: History
  readonly #ends: Ends
  #queue: Step[] = []
  readonly #underWay = new UnderWay()
  /** What became of a step outside is waiting to be written: soon, not with the next write that happens to come. */
  #urgent = false
  #lost: { cause: unknown } | null = null
  #cancelled = false
  #paused = false
  #turnBegan = 0

  constructor(drive: Drive) {
    const { claimed, version, plan, trigger, store, services } = drive
    this.#drive = drive
    this.triggerData = claimed.triggerData
    this.journal = new Journal(store, claimed.lease, {
      cancelRequested: () => this.cancel(),
      pauseRequested: () => this.pause(),
      ready: drive.onReady,
    })
    this.#mailbox = new Mailbox(services.clock)
    this.#performer = new Performer(this, services, claimed.workspace)
    this.#children = new Children(plan, claimed.steps)
    this.#history = new History(claimed, this.journal, () => this.iso(this.now()))
    const { state, effects } = begin(plan, trigger, claimed)
    this.#state = state
    const timeoutAt =
      plan.timeoutMs === null
        ? null
        : Date.parse(claimed.retriedAt ?? claimed.createdAt) + plan.timeoutMs
    this.#moments = new Moments(services.clock, state, timeoutAt, {
      deadline: drive.deadline,
      wasLetGo: claimed.lease.number > 1,
    })
    this.#ends = new Ends({ drive, state, journal: this.journal, moments: this.#moments })
    this.facts = new ExecutionFacts(claimed, version, state, trigger, drive.callbackUrl)
    this.#take(effects)
  }

  /** Somebody wants this execution to stop. Takes effect between two steps; what is under way is called off. */
  cancel(): void {
    this.#cancelled = true
    this.#mailbox.post(() => undefined)
  }

  /** Somebody wants this execution to rest: nothing new is begun, and once what is under way has ended, it's let go. */
  pause(): void {
    this.#paused = true
    this.#mailbox.post(() => undefined)
  }

  /** The lease is gone, or the store is: nothing more may be written. */
  lose(cause: unknown): void {
    this.#lost ??= { cause }
    this.#underWay.abort()
    this.#mailbox.post(() => undefined)
  }

  async run(): Promise<RunOutcome> {
    const { handOver } = this.#drive
    handOver?.addEventListener('abort', this.#handOver)
    if (handOver?.aborted === true) this.#handOver()
    try {
      return await this.#run()
    } finally {
      handOver?.removeEventListener('abort', this.#handOver)
    }
  }

  /** Somebody else shall go on: nothing new is begun here. */
  readonly #handOver = (): void => {
    this.#moments.endNow()
    this.#mailbox.post(() => undefined)
  }

  async #run(): Promise<RunOutcome> {
    if (this.#drive.claimed.cancelRequested) this.#cancelled = true
    try {
      return await this.#loop()
    } catch (problem) {
      this.lose(problem)
      const fault = this.journal.faultOf(problem)
      return fault === null ? { status: 'lost', cause: problem } : await this.#ends.breakOff(fault)
    }
  }

  async #loop(): Promise<RunOutcome> {
    this.#turnBegan = this.now()
    for (;;) {
      this.#mailbox.empty()
      if (this.#lost === null) this.#lookAtTheClock()
      if (this.#lost === null) await this.#beginWhatIsReady()
      if (this.#lost !== null) throw this.#lost.cause
      if (this.#state.over !== null) {
        if (!this.#underWay.isAnyLeaving) return await this.#ends.finish()
        await this.#mailbox.wait(null)
        continue
      }
      if (this.#isStopping && (this.#underWay.size === 0 || this.#moments.isPastGrace)) {
        const isIdle = this.#underWay.size === 0 && this.#queue.length === 0
        if (isIdle) return await this.#ends.rest()
        this.#underWay.abandon()
        return await this.#ends.letGo(this.now())
      }
      // A resumed loop has its sleeping steps only now.
      if (this.#moments.isSomethingDue) continue
      if (this.#underWay.size === 0 && this.#queue.length === 0 && !this.#moments.isSomethingSoon) {
        return await this.#ends.rest()
      }
      if (this.#urgent || this.#underWay.size === 0) this.#write()
      await this.#mailbox.wait(this.#moments.next())
      this.#turnBegan = this.now()
    }
  }

  /** Cancels, timeouts and wake-ups that are due. */
  #lookAtTheClock(): void {
    if (this.#state.over !== null) return
    if (this.#cancelled) return this.#apply({ kind: 'cancel' })
    if (this.#moments.isTimedOut) return this.#apply({ kind: 'timeout' })
    if (this.#moments.isSomethingDue) this.#apply({ kind: 'wake', now: this.now() })
  }

  async #beginWhatIsReady(): Promise<void> {
    for (let index = 0; index < this.#queue.length && this.#state.over === null; index++) {
      if (this.#cancelled || this.#lost !== null || this.#isStopping) {
        this.#queue.splice(0, index)
        return this.#lookAtTheClock()
      }
      if (this.#history.next > this.#mostSteps) return this.#halt()
      const step = this.#queue[index]
      if (step?.status === 'running') this.#begin(step)
      if (this.journal.size >= MOST_BUFFERED) await this.journal.flush()
      else if (this.#history.hasChunk) this.#write()
      if (index < BETWEEN_LOOKS) continue
      this.#queue.splice(0, index + 1)
      index = -1
      await this.#giveWay()
    }
    this.#queue = []
  }

  /** Nothing new is begun any more. */
  get #isStopping(): boolean {
    return this.#paused || this.#moments.isPastDeadline
  }

  get #mostSteps(): number {
    return Math.min(this.#drive.plan.mostSteps ?? MOST_STEPS, MOST_STEPS)
  }

  #halt(): void {
    this.#queue = []
    this.#apply({ kind: 'halted', error: tooManySteps(this.#mostSteps) })
  }

  /** Long computing lets others have their turn (requests to answer, leases to renew), and has its end, too. */
  async #giveWay(): Promise<void> {
    if (this.#moments.isTimedOut) this.#lookAtTheClock()
    if (this.now() - this.#turnBegan < TURN_MS) return
    await this.#drive.services.clock.sleep(0)
    this.#turnBegan = this.now()
  }

  #begin(step: Step): void {
    this.#performer.begin(this.attempt(step, this.#underWay.begin(step)))
  }

  /* What the performer asks for. */

  /** A new attempt of a step. */
  attempt(step: Step, control: AbortController | null): Attempt {
    const { record } = step
    if (record === null) {
      return new Attempt(step, this.#history.number(step), this.now(), control, this)
    }
    // What goes on (a loop, a sleeping step) keeps its place in history, and the moment that its config calls `now`.
    return new Attempt(step, record.seq, Date.parse(record.startedAt), control, this)
  }

  /** Writes down, sooner or later, how a step stands, and tells the machine. */
  tell(
    record: StepRecord,
    event: RunEvent & { step: Step },
    { urgent = false, written = false } = {},
  ): void {
    const { step } = event
    const isLeaving = this.#underWay.isLeaving(step)
    if (!isLeaving || written) step.record = record
    if (isLeaving) return this.left(step)
    this.#underWay.over(step)
    if (step.hasWaits && event.kind !== 'suspended') this.#endWaits(step)
    // What was called off meanwhile has been written down as such.
    if (step.status === 'closed') return
    if (!written) this.#history.append(record, step)
    this.#urgent ||= urgent
    this.#apply(event)
  }

  /** The transaction in which a step was called off is over. What it committed stays; asleep, though, nothing is any more. */
  left(step: Step): void {
    this.#underWay.left(step)
    if (step.record?.status !== 'waiting') return
    this.#endWaits(step)
    this.#history.ended(step, { status: 'cancelled' })
  }

  /** A step that is over waits no longer. */
  #endWaits(step: Step): void {
    step.hasWaits = false
    this.journal.closeWaits({ node: step.node.id, path: step.frame.path })
  }

  child(step: Step, start: ChildStart): NewExecution {
    const child = childOf(this.#drive.claimed, step, start)
    this.#children.add(child.id)
    return child
  }

  /** The same, in the driving loop's own turn. */
  post(letter: () => void): void {
    this.#mailbox.post(letter)
  }

  respond(response: WebhookResponse): void {
    this.journal.afterwards(() => this.#drive.onResponse(response))
  }

  iso(at: number): string {
    return this.#timestamps.of(at)
  }

  now(): number {
    return this.#drive.services.clock.now()
  }

  random(): number {
    return this.#drive.services.clock.random()
  }

  get isTest(): boolean {
    return this.#drive.claimed.mode === 'test'
  }

  /* What the machine asks for. */

  #apply(event: RunEvent): void {
    this.#take(apply(this.#state, event))
  }

  #take(effects: readonly Effect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'run':
          this.#queue.push(effect.step)
          break
        case 'skipped':
          this.#history.skipped(effect.step, effect.port)
          break
        case 'judge':
          this.#judge(effect.step, effect.frame)
          break
        case 'chunk':
          this.#history.chunk(effect.step, effect.path, effect.output)
          break
        case 'loop_finished':
          this.#history.ended(effect.step, {
            status: 'succeeded',
            port: effect.port,
            output: effect.output,
          })
          break
        case 'loop_failed':
          this.#history.loopFailed(effect.step, effect.port, effect.error)
          break
        case 'called_off':
          this.#callOff(effect.step)
          break
        case 'ended':
          // The loop looks for it.
          break
      }
    }
  }

  /** Whether a loop that repeats has come to its end. */
  #judge(step: Step, frame: Frame): void {
    this.#apply({ kind: 'judged', step, verdict: verdictOn(step, frame, this.facts, this.now()) })
  }

  #callOff(step: Step): void {
    if (this.#underWay.callOff(step)) return
    if (step.hasWaits) this.#endWaits(step)
    // A failed attempt that waits for the next one stays what it is.
    if (step.record?.status !== 'failed') this.#history.ended(step, { status: 'cancelled' })
  }

  #write(): void {
    this.#urgent = false
    this.#history.hasChunk = false
    this.journal.flush().catch((problem: unknown) => this.lose(problem))
  }
}
