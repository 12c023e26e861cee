import type { Data } from '../data.ts'
import type { StepRecord } from '../store.ts'
import { isChunk } from './chunks.ts'
import type { RunEvent } from './events.ts'
import type { Step } from './state.ts'

/*
 * What the engine keeps in a record's `progress`:
 *   a waiting step        { until, state, waits }   when to look again, what the node left for itself, and whether
 *                                           something outside was asked to wake it
 *   a failed attempt      { retryAt }        when the next attempt is due; without it, the failure is final
 */

export const waitingProgress = (until: number | null, state: Data, waits: boolean): Data => ({
  until,
  state,
  ...(waits ? { waits } : {}),
})
export const retryProgress = (retryAt: number): Data => ({ retryAt })

const read = (progress: Data, name: string): Data | undefined =>
  typeof progress === 'object' && progress !== null && !Array.isArray(progress)
    ? progress[name]
    : undefined

const momentIn = (progress: Data, name: string): number | null => {
  const value = read(progress, name)
  return typeof value === 'number' ? value : null
}

/** What an attempt that was cut off is written down with. */
export const INTERRUPTED = 'step.interrupted'

/** How many attempts were cut off, by place. */
export function interruptionsIn(records: readonly StepRecord[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { node, path, error } of records) {
    if (error?.code !== INTERRUPTED) continue
    const place = `${node}@${path}`
    counts.set(place, (counts.get(place) ?? 0) + 1)
  }
  return counts
}

/**
 * By the place of a loop: the last item, or pass, that an earlier process began. The first step of a pass is written down
 * only after the rules said that there is one, so they needn't be asked again (and might say something else by now).
 */
export function passesIn(known: {
  steps: readonly StepRecord[]
  attemptsBefore: Readonly<Record<string, number>>
}): Map<string, number> {
  const passes = new Map<string, number>()
  const note = (path: string): void => {
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const colon = path.lastIndexOf(':', end - 1)
      const place = path.slice(0, colon)
      const index = Number(path.slice(colon + 1, end))
      if (index > (passes.get(place) ?? -1)) passes.set(place, index)
    }
  }
  for (const { path } of known.steps) if (path !== '' && !isChunk({ path })) note(path)
  for (const place of Object.keys(known.attemptsBefore)) note(place.slice(place.indexOf('@') + 1))
  return passes
}

/**
 * Goes on from what was written down of a step: answers with what happened then, or with null when there is still
 * something to run. Sets the number of the attempt, and remembers one that nobody finished.
 */
export function recall(step: Step, record: StepRecord): RunEvent | null {
  step.attempt = record.attempt
  step.record = record
  switch (record.status) {
    case 'succeeded':
      return {
        kind: 'finished',
        step,
        port: record.port ?? step.node.passPort,
        output: record.output,
      }
    case 'failed':
      return recallFailure(step, record)
    case 'waiting': {
      const progress = read(record.progress, 'state') ?? null
      const hasWaits = read(record.progress, 'waits') === true
      return {
        kind: 'suspended',
        step,
        until: momentIn(record.progress, 'until'),
        progress,
        hasWaits,
      }
    }
    case 'running':
      // A loop just goes on; of anything else, nobody knows how far it came.
      if (step.node.type.effect !== 'control') step.interrupted = record
      return null
    case 'skipped':
    case 'cancelled':
      step.attempt += 1
      step.record = null
      return null
  }
}

function recallFailure(step: Step, { port, output, error, progress }: StepRecord): RunEvent | null {
  // The workflow dealt with it.
  if (port !== null) return { kind: 'finished', step, port, output }
  const retryAt = momentIn(progress, 'retryAt')
  if (retryAt !== null) return { kind: 'postponed', step, until: retryAt }
  if (error !== null) return { kind: 'failed', step, error }
  step.attempt += 1
  step.record = null
  return null
}
