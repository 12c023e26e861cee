const count = (number: number, one: string, many: string): string =>
  number === 1 ? `1 ${one}` : `${number} ${many}`

/** A list of clauses as one sentence; only the first says what is counted. */
const sentence = (clauses: readonly string[]): string => {
  const joined = new Intl.ListFormat('en', { style: 'long', type: 'conjunction' }).format(clauses)
  return joined === '' ? '' : `${joined.charAt(0).toUpperCase()}${joined.slice(1)}.`
}

/** What people read about versions and what differs between them. */
export const versionTexts = {
  open: 'History and versions',
  title: 'Versions',
  close: 'Back to the workflow',
  lead: 'Each time it’s published, a version is kept.',
  none: {
    title: 'No versions yet',
    text: 'When you publish the workflow for the first time, its first version appears here. From then on you can see what changed, and go back.',
  },
  loading: 'Loading the versions…',
  more: 'Show older versions',
  unreadable: 'This version was made by a newer Weft and can’t be shown here.',
  failed: 'The versions could not be loaded.',
  unreachable: 'We can’t reach the server just now. Try again in a moment.',
  tryAgain: 'Try again',
  draft: 'Draft',
  draftIs: 'What you and others are drawing now',
  live: 'Live',
  version: (number: number) => `Version ${number}`,
  again: (number: number) => `Version ${number} again`,
  publishedBy: (name: string) => (name === '' ? 'Published' : `Published by ${name}`),
  changesBy: (names: string) => `Changes by ${names}`,
  history: 'History',
  from: 'Before',
  to: 'After',
  swap: 'Swap before and after',
  nothingBefore: 'Nothing (the beginning)',
  drawing: 'Drawing with the changes marked',
  changes: 'What changed',
  kinds: {
    added: 'Added',
    removed: 'Removed',
    changed: 'Changed',
    moved: 'Moved',
    same: 'Unchanged',
  },
  signs: { added: '+', removed: '−', changed: '±', moved: '↔', same: '' },
  note: 'Note',
  frame: 'Frame',
  views: { label: 'How the drawings are shown', beside: 'Side by side', one: 'In one drawing' },
  drawingOf: (side: string, name: string) => `${side}: ${name}`,
  nothingDrawn: 'Nothing was drawn yet.',
  nextChange: 'Next change',
  previousChange: 'Previous change',
  stops: (number: number) => count(number, 'change', 'changes'),
  stop: (at: number, of: number, title: string, kind: string) =>
    `${at} of ${of}: ${title}, ${kind.toLowerCase()}`,
  stopKeys: 'Alt+↑ and Alt+↓ go from change to change',
  stepSays: (title: string, kind: string) => `${title}: ${kind.toLowerCase()}`,
  before: 'Before',
  after: 'After',
  empty: 'Empty',
  hidden: 'Changed. What it says is kept secret.',
  skipped: (lines: number) => count(lines, 'unchanged line', 'unchanged lines'),
  lines: 'Connections',
  settings: 'Settings of the workflow',
  onlyDrawn: 'Only in the drawing',
  onlyDrawnIs: 'This makes no difference to what the workflow does.',
  moved: (titles: number) => `${count(titles, 'step', 'steps')} moved`,
  notes: (number: number, what: string) => `${count(number, 'note', 'notes')} ${what}`,
  groups: (number: number, what: string) => `${count(number, 'frame', 'frames')} ${what}`,
  same: 'Nothing differs.',
  sameDrawn: 'The workflow does the same. Only its drawing differs.',
  goTo: (title: string) => `Show ${title} in the drawing`,

  summary({
    added,
    removed,
    changed,
    lines,
    settings,
  }: Record<'added' | 'removed' | 'changed' | 'lines' | 'settings', number>): string {
    const steps = [
      [added, 'added'],
      [removed, 'removed'],
      [changed, 'changed'],
    ] as const
    const clauses = steps
      .filter(([number]) => number > 0)
      .map(([number, what], at) =>
        at === 0 ? `${count(number, 'step', 'steps')} ${what}` : `${number} ${what}`,
      )
    if (lines > 0) clauses.push(`${count(lines, 'connection', 'connections')} changed`)
    if (settings > 0) {
      clauses.push(`${count(settings, 'setting', 'settings')} of the workflow changed`)
    }
    return sentence(clauses)
  },

  options: {
    type: 'Kind of step',
    title: 'Name of the step',
    key: 'Name in templates',
    disabled: 'Step is switched on',
    retry: 'Try again when it fails',
    timeoutSeconds: 'Stop it after',
    onError: 'When it fails for good',
    pinned: 'Pinned output',
    note: 'Note',
  } as Record<string, string | undefined>, // looked up by name
  yes: 'Yes',
  no: 'No',
  retry: (attempts: number, wait: string, grows: boolean) =>
    `${count(attempts, 'try', 'tries')} in all, ${wait} apart${grows ? ', twice as long each time' : ''}`,
  onError: {
    stop: 'The workflow stops',
    continue: 'The workflow goes on',
    port: 'It goes the way “on error”',
  } as Record<string, string | undefined>,
  cron: {
    minutes: (every: number) => (every === 1 ? 'Every minute' : `Every ${every} minutes`),
    hours: (every: number, minute: number) =>
      `${every === 1 ? 'Every hour' : `Every ${every} hours`}, ${count(minute, 'minute', 'minutes')} past`,
    day: (time: string) => `Every day at ${time}`,
    week: (days: string, time: string) => `Every ${days} at ${time}`,
    month: (day: number, time: string) => `On day ${day} of every month at ${time}`,
    days: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
  },
  gone: 'Something that is not there any more',
  rate: (most: number, span: string) => `${most} within ${span}`,

  restore: {
    action: 'Bring back into the draft…',
    title: (name: string) => `Bring ${name} back into the draft?`,
    message:
      'The draft becomes what this version was. What is live stays as it is until you publish. You can undo it.',
    replaced: 'What this does to the draft as it is now:',
    others: (names: string) => `${names} may be working on the draft right now.`,
    confirm: 'Bring it back',
    done: (name: string) => `${name} is in the draft. Undo takes it back.`,
  },
  golive: {
    action: 'Make it live again…',
    title: (name: string) => `Make ${name} live again?`,
    message: (next: string) =>
      `It’s published once more, as ${next}. Executions that already run finish on the version they began with. The draft stays as it is.`,
    differs: 'Compared with what is live now:',
    confirm: 'Make it live',
    done: (number: number) => `Published as version ${number}. It is live now.`,
  },
  copy: {
    action: 'New workflow from it…',
    title: (name: string) => `Make a new workflow from ${name}`,
    lead: 'It begins as a draft of its own. Nothing in it runs until you publish it.',
    name: 'Name',
    suggestion: (workflow: string, name: string) => `${workflow} (${name.toLowerCase()})`,
    confirm: 'Create and open',
    cancel: 'Cancel',
  },
  file: {
    download: 'Download as a file',
    downloadDraft: 'Download the draft as a file',
    upload: 'Bring in a file…',
    strange: 'This is not a file of a workflow that Weft can read.',
    newer: 'This file was made by a newer Weft. Update this one to read it.',
    tooLarge: 'This file is too large for a workflow.',
    title: (name: string) => `Replace the draft with “${name}”?`,
    message:
      'The draft becomes what is in the file. What is live stays as it is until you publish. You can undo it.',
    confirm: 'Replace the draft',
    done: 'The file is in the draft. Undo takes it back.',
    missing:
      'Connections, pipelines and other workflows of another workspace have to be chosen again.',
  },
  moreDeeds: 'More to do with this version',
  moreDraft: 'More to do with the draft',
  onlyEditors: 'Your role allows to look, not to change. Ask an admin of the workspace.',
  andMore: (steps: number) => `… and ${count(steps, 'more step', 'more steps')}`,
  publish: {
    differs: 'What goes live',
    details: 'Show what changes',
    by: (names: string) => `With changes by ${names}.`,
  },
}
