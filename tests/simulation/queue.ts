import type { ExecutionId } from '#lib/engine/index.ts'
import type { ScheduleJob } from '../../supabase/functions/_shared/work/schedules.ts'
import type { Faults } from './faults.ts'
import type { ReplayJob } from './wishes.ts'

/** What is to be done later or elsewhere. Fetched ones come back when whoever fetched them says nothing more. */
export type Job = { at: number } & (
  | { readonly kind: 'resume'; readonly execution: ExecutionId }
  | { readonly kind: 'replay'; readonly replay: ReplayJob }
  | { readonly kind: 'schedule'; readonly schedule: ScheduleJob }
)

/** After so long, a job that was fetched and not removed is there again. */
const FETCHED_FOR_MS = 20_000

/** The queue of a simulated world. Those who fetch from it can get lost; so can what is sent, unless it was asked for by a person. */
export class Queue {
  readonly #faults: Faults
  readonly #jobs = new Set<Job>()

  constructor(faults: Faults) {
    this.#faults = faults
  }

  /** Wakes somebody at a moment. What becomes of that is another matter. */
  send(job: Job): void {
    const fault = this.#faults.strike('queue')
    if (fault === 'wake-up lost') return
    const late = fault === 'wake-up late' ? this.#faults.int(1, 120_000) : 0
    this.#jobs.add({ ...job, at: job.at + late })
    if (fault === 'wake-up doubled') this.#jobs.add({ ...job })
  }

  /** Something that is only known here, and so isn't lost. It may come twice, though. */
  keep(job: Job): void {
    this.#jobs.add(job)
  }

  /** What is due. */
  fetch(now: number): Job[] {
    const due = [...this.#jobs].filter(({ at }) => at <= now)
    for (const job of due) job.at = now + FETCHED_FOR_MS
    return due
  }

  remove(jobs: readonly Job[]): void {
    for (const job of jobs) this.#jobs.delete(job)
  }

  /** When the next one is due. */
  get nextAt(): number {
    let next = Infinity
    for (const { at } of this.#jobs) next = Math.min(next, at)
    return next
  }
}
