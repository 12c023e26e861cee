import type { Effect } from './events.ts'
import { placeOf, type RunState, type Step } from './state.ts'

/*
 * Steps that wait: for a moment, for their next attempt, or for something from outside.
 */

/** A step waits: until a moment, or (null) for the outside alone. */
export function rest(state: RunState, step: Step, until: number | null, retrying: boolean): void {
  step.status = 'waiting'
  step.until = until
  step.retrying = retrying
  if (state.deliveries.size > 0) receive(state, step)
  state.waiting.add(step)
}

/** What has arrived for a step that waits is a reason to wake it at once. */
function receive({ deliveries }: RunState, step: Step): void {
  const place = placeOf(step)
  const arrived = deliveries.get(place)
  if (arrived === undefined || step.retrying) return
  deliveries.delete(place)
  step.deliveries = arrived
  step.until = 0
}

/** Lets go on what is due by now. */
export function wake(state: RunState, now: number, effects: Effect[]): void {
  for (const step of [...state.waiting]) {
    if (step.until === null || step.until > now) continue
    state.waiting.delete(step)
    step.status = 'running'
    if (step.retrying) {
      step.retrying = false
      step.attempt += 1
      step.record = null
      step.progress = null
    }
    effects.push({ kind: 'run', step })
  }
}

/** When the earliest of the waiting steps wants to be woken; null when all of them wait for the outside, or none waits. */
export function nextWake(state: RunState): { at: number; retrying: boolean } | null {
  let next: { at: number; retrying: boolean } | null = null
  for (const { until, retrying } of state.waiting) {
    if (until !== null && (next === null || until < next.at)) next = { at: until, retrying }
  }
  return next
}
