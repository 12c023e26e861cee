import type { Delivery, StepPlace, StepRecord } from '../store.ts'
import { placeOf, type RunState, type Step } from './state.ts'

/** What earlier processes left behind; empty for a new execution. */
export interface Known {
  steps: readonly StepRecord[]
  attemptsBefore: Readonly<Record<string, number>>
  deliveries: readonly (Delivery & StepPlace)[]
}

/** By place, what earlier processes wrote down of a step. Of several attempts, the last one says how it stands. */
export function lastRecords(records: readonly StepRecord[]): Map<string, StepRecord> {
  const last = new Map<string, StepRecord>()
  for (const record of records) {
    const place = `${record.node}@${record.path}`
    const other = last.get(place)
    if (other === undefined || other.attempt < record.attempt) last.set(place, record)
  }
  return last
}

/** What was written down of a step, if anything; and the attempts that it had before. */
export function recordOf(state: RunState, step: Step): StepRecord | undefined {
  const place = placeOf(step)
  step.attemptsBefore = state.attemptsBefore[place] ?? 0
  step.attempt = step.attemptsBefore + 1
  step.interruptions = state.interruptions.get(place) ?? 0
  const record = state.known.get(place)
  state.known.delete(place)
  return record
}

/** What was written down as under way and wasn't come by again. */
export const leftOpen = ({ known }: RunState): StepRecord[] =>
  [...known.values()].filter(({ status }) => status === 'running' || status === 'waiting')
