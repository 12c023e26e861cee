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
