/** All words of executions. */
export const texts = {
  title: 'Executions',
  lead: 'Every run of every workflow, newest first.',
  columns: {
    status: 'Status',
    workflow: 'Workflow',
    trigger: 'Started by',
    started: 'Started',
    took: 'Took',
  },
  filters: {
    label: 'Filter the executions',
    workflow: 'Workflow',
    anyWorkflow: 'All workflows',
    status: 'Status',
    anyStatus: 'Any status',
    trigger: 'Started by',
    anyTrigger: 'Any trigger',
    from: 'From',
    to: 'To',
    clear: 'Clear filters',
  },
  test: 'Test',
  replay: 'Replay',
  unknownWorkflow: 'Deleted workflow',
  more: 'Show older ones',
  replayMany: {
    button: 'Replay all of these',
    title: 'Run all of these again?',
    text: (most: number) =>
      `Each execution that fits these filters runs once more, with the data and the drawing that it had; at most ${most.toLocaleString('en')} at once. What was sent or written is not repeated. They begin one after the other, whenever there is little else to do.`,
    confirm: 'Run again',
    none: 'No execution fits these filters any more.',
    queued: (count: number, leftOut: number) =>
      `${count === 1 ? '1 execution runs' : `${count.toLocaleString('en')} executions run`} again soon.` +
      (leftOut === 0
        ? ''
        : ` ${leftOut.toLocaleString('en')} left out: they have been replayed already.`),
  },
  open: (workflow: string) => `Open this execution of ${workflow}`,
  empty: {
    title: 'Nothing has run yet',
    text: 'When a workflow runs, you can watch it here step by step. Publish a workflow, or open one and run a test.',
    action: 'Go to the workflows',
  },
  nothingFound: {
    title: 'No execution fits these filters',
    text: 'Choose another time or status, or clear the filters to see all of them.',
    action: 'Clear the filters',
  },
  live: {
    connecting: 'Connecting…',
    live: 'Live',
    offline: 'Not live just now, trying again…',
    refused: 'Not live',
  },
  /** When the api couldn't be reached, or answered something unknown. */
  unreachable: {
    code: 'api.unreachable',
    title: 'That did not work.',
    detail: 'We can’t reach the server just now.',
    hint: 'Check your connection and try again in a moment.',
  },
} as const

/** What an execution's status means, in a sentence. */
export const statusSentences = {
  queued: 'It waits for its turn.',
  running: 'It is running now.',
  waiting: 'It waits: for a time to come or for an answer. It takes nothing meanwhile.',
  succeeded: 'Everything was done.',
  failed: 'A step failed. Look at the step, then retry from there or run all of it again.',
  cancelled: 'Somebody stopped it.',
  timed_out: 'It took longer than the workflow allows.',
} as const
