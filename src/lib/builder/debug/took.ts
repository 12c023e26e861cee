import type { Step } from '#lib/executions/rows.ts'
import { durationWords } from '#lib/ui/moment.ts'
import { ticking } from './ticking.svelte.ts'

/** How long something took; while it goes on, how long so far, counting. */
export function tookOf(
  startedAt: string,
  { finished_at: end }: { finished_at: string | null },
): string {
  const ended = end === null ? ticking() : Date.parse(end)
  return durationWords(ended - Date.parse(startedAt))
}

/**
 * How long an execution took. One that was over before it was first written has the same moment for its beginning and
 * its end; its steps know better.
 */
export function executionTookOf(
  execution: { created_at: string; finished_at: string | null },
  steps: readonly Pick<Step, 'started_at' | 'finished_at'>[],
): string {
  const { created_at: accepted, finished_at: finished } = execution
  if (finished !== accepted) return tookOf(accepted, execution)
  const begun = steps.reduce((min, { started_at: at }) => Math.min(min, Date.parse(at)), Infinity)
  const ended = steps.reduce(
    (max, { finished_at: at }) => Math.max(max, at === null ? 0 : Date.parse(at)),
    0,
  )
  return durationWords(steps.length === 0 ? 0 : ended - begun)
}
