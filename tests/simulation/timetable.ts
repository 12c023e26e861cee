import { WORKSPACE } from './population.ts'
import type { VersionRecord } from '#lib/engine/index.ts'
import type { ScheduleJob, ScheduleRow } from '../../supabase/functions/_shared/work/schedules.ts'
import type { Queue } from './queue.ts'

/** The schedule fires for the last time at or before this, after the beginning: it's taken down then. */
const LASTS_MS = 200_000

/** A time that is overdue for so long has lost its job (supabase/functions/_shared/work/schedule-rows.ts). */
const OVERDUE_MS = 60_000

const MINUTE_MS = 60_000

/**
 * The schedule of a world: the one row, and the job for its next time. The order in which things are read and written,
 * what is missed and what fires is decided by the functions' own code (supabase/functions/_shared/work/schedules.ts).
 */
export class Timetable {
  readonly #queue: Queue
  readonly #now: () => number
  readonly #lastAt: number
  #row: ScheduleRow | null
  /** The first time that anybody planned; what was due before that was never promised. */
  #firstAt: number | null = null
  readonly #missed: { from: number; to: number }[] = []

  constructor({ id, workflow, definition }: VersionRecord, queue: Queue, now: () => number) {
    this.#queue = queue
    this.#now = now
    this.#lastAt = now() + LASTS_MS
    const [trigger] = definition.nodes
    if (trigger === undefined) throw new Error('a scheduled workflow has a trigger')
    this.#row = {
      ...{ id: '00000000-0000-4000-8000-0000000000ff', workspace_id: WORKSPACE },
      ...{ workflow_id: workflow.id, version_id: id, node_id: trigger.id, config: trigger.config },
      ...{ time_zone: 'Europe/Berlin', next_fire_at: null },
    }
  }

  unplanned(): ScheduleRow[] {
    const row = this.#row
    if (row === null) return []
    const next = row.next_fire_at?.getTime()
    const isDue = next === undefined || next < this.#now() - OVERDUE_MS
    return isDue ? [{ ...row }] : []
  }

  ofJob({ at }: ScheduleJob): ScheduleRow | undefined {
    const row = this.#row
    return row?.next_fire_at?.getTime() === Date.parse(at) ? { ...row } : undefined
  }

  plan({ id, next_fire_at: known }: ScheduleRow, next: number | null): void {
    const row = this.#row
    if (row === null || row.next_fire_at?.getTime() !== known?.getTime()) return
    this.#firstAt ??= next
    if (next === null || next > this.#lastAt) return void (this.#row = null)
    const at = new Date(next)
    this.#row = { ...row, next_fire_at: at }
    const schedule = { trigger: id, at: at.toISOString() }
    this.#queue.send({ kind: 'schedule', schedule, at: next })
  }

  /** Somebody has taken down that times were missed, and for which one it fires instead. */
  missed(_row: ScheduleRow, from: number, to: number): void {
    this.#missed.push({ from, to })
  }

  /** When somebody who looks will find something. */
  get nextAt(): number {
    if (this.#row === null) return Infinity
    const next = this.#row.next_fire_at?.getTime()
    return next === undefined ? 0 : next + OVERDUE_MS + 1
  }

  /** Whether an execution has to be there for a time; null where it may be. */
  isPromised(at: number): boolean | null {
    if (this.#firstAt === null || at < this.#firstAt || at > this.#lastAt) return null
    return this.#missed.some(({ from, to }) => from <= at && at < to) ? null : true
  }

  /** All times for which an execution has to be there. */
  promised(): string[] {
    const times: string[] = []
    for (let at = this.#firstAt ?? Infinity; at <= this.#lastAt; at += MINUTE_MS) {
      if (this.isPromised(at) === true) times.push(new Date(at).toISOString())
    }
    return times
  }
}
