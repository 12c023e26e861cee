import { durationWords } from '#lib/ui/moment.ts'
import { isFinished, type Execution } from './rows.ts'

/** How long an execution took, or takes so far. */
export function tookWords(
  execution: Pick<Execution, 'created_at' | 'finished_at' | 'status'>,
  now: number,
): string {
  const started = new Date(execution.created_at).getTime()
  // It was over before it was first written: nobody took the time.
  if (execution.finished_at === execution.created_at) return 'at once'
  if (execution.finished_at !== null) {
    return durationWords(new Date(execution.finished_at).getTime() - started)
  }
  return isFinished(execution.status) ? '–' : `${durationWords(Math.max(0, now - started))} so far`
}
