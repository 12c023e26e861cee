/** Every status that people meet: of executions, of their steps and of workflows. */
export type Status =
  | 'queued'
  | 'running'
  | 'waiting'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'timed_out'
  | 'skipped'
  | 'live'
  | 'paused'
  | 'draft'
  | 'archived'

/** What a status means at a glance; the name of its colours in tokens.css. */
export type Tone = 'good' | 'busy' | 'wait' | 'bad' | 'calm'

const statuses: Record<Status, { word: string; tone: Tone }> = {
  queued: { word: 'Queued', tone: 'calm' },
  running: { word: 'Running', tone: 'busy' },
  waiting: { word: 'Waiting', tone: 'wait' },
  succeeded: { word: 'Succeeded', tone: 'good' },
  failed: { word: 'Failed', tone: 'bad' },
  cancelled: { word: 'Cancelled', tone: 'calm' },
  timed_out: { word: 'Timed out', tone: 'bad' },
  skipped: { word: 'Skipped', tone: 'calm' },
  live: { word: 'Live', tone: 'good' },
  paused: { word: 'Paused', tone: 'wait' },
  draft: { word: 'Draft', tone: 'calm' },
  archived: { word: 'Archived', tone: 'calm' },
}

/** The word for a status. */
export function statusWord(status: Status): string {
  return statuses[status].word
}

/** The tone of a status, for colours: `var(--good)`, `var(--good-soft)`, `var(--good-line)`. */
export function statusTone(status: Status): Tone {
  return statuses[status].tone
}
