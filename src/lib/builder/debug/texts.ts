import type { Status } from '#lib/ui/status.ts'

const quoted = (title: string): string => `“${title}”`

/** A count with its word: 1 step, 3 steps. */
const counted = (count: number, one: string, many: string): string =>
  count === 1 ? `1 ${one}` : `${count.toLocaleString('en')} ${many}`

/** All words of the debug panel and the page of one execution. */
export const texts = {
  title: 'Executions',
  resize: 'Height of the panel',
  collapse: 'Fold the panel away',
  expand: 'Open the panel',
  follow: 'Open new ones',
  followHint: 'The newest execution opens by itself when it starts.',
  list: {
    label: 'Executions, newest first',
    more: 'Show older ones',
    test: 'Test',
    replay: 'Replay',
    loading: 'Fetching the executions…',
    arrived: (trigger: string) => `A new execution has started: ${trigger}.`,
  },
  empty: {
    title: 'Nothing has run yet',
    text: 'Press Run to try this workflow with test data, or publish it and let its trigger start it. Each run then appears here, step by step, while it happens.',
    unpicked: 'Pick an execution',
    unpickedText: 'Choose one at the left to see what each of its steps did.',
  },
  head: {
    version: (number: number) => `Version ${number}`,
    versionLabel: 'What ran',
    testVersion: 'Drawing as tested',
    startedBy: 'Started by',
    started: 'Started',
    took: 'Took',
    soFar: 'So far',
    wakes: 'Goes on',
    cancelling: 'Stopping after the step that runs now…',
    paused: 'Paused',
    pausing: 'Pausing after the step that runs now…',
    close: 'Take it off the drawing',
    whole: 'Open on its own page',
    calledBy: 'Called by',
    failureOf: 'After the failure of',
    called: 'Called',
    moreCalled: 'and others',
  },
  steps: {
    label: 'Steps, in the order they began',
    none: 'No step has begun yet.',
    loading: 'Fetching the steps…',
    item: (number: number) => `Item ${number.toLocaleString('en')}`,
    count: (count: number) => counted(count, 'step', 'steps'),
    attempt: (number: number) => `Try ${number}`,
    superseded: 'Before the retry',
    reusedShort: 'Not repeated',
    reused: 'Not repeated: already done in the earlier execution',
    cut: (count: number) =>
      `Only the first ${count.toLocaleString('en')} steps are shown. The others ran as well.`,
    unknown: 'A step that is not in the drawing',
  },
  views: {
    label: 'How to look at the execution',
    flow: 'Flow',
    context: 'Context',
    log: 'Log',
  },
  rounds: {
    label: 'Other items and tries',
    item: 'Item',
    of: (count: number) => `of ${count.toLocaleString('en')}`,
    before: 'Item before',
    next: 'Next item',
    nextTrouble: (count: number) => `Next problem (${count.toLocaleString('en')})`,
    tryBefore: 'Try before',
    tryNext: 'Next try',
    try: (at: number, count: number) => `Try ${at} of ${count}`,
  },
  details: {
    label: 'Details of the step',
    none: 'Pick a step to see what it got and what it gave out.',
    tabs: { output: 'Output', input: 'Input', error: 'Problem', log: 'Log' },
    tabsLabel: 'What to see of the step',
    noOutput: {
      running: 'It is still running. What it gives out appears here as soon as it is done.',
      waiting: 'It is waiting. What it gives out appears here when it goes on.',
      skipped: 'It was passed over, so it gave out nothing.',
      failed: 'It failed, so it gave out nothing.',
      cancelled: 'It was stopped before it was done.',
      succeeded: 'It gives out nothing.',
    } satisfies Partial<Record<Status, string>>,
    noInput: 'It got nothing of its own: there is nothing to fill in for this step.',
    noLog: 'It wrote nothing down.',
    leftOut: 'This is large, so it is fetched only when you want to see it.',
    fetch: 'Fetch it',
    took: 'Took',
    soFar: 'So far',
    port: (label: string) => `Went on at ${quoted(label)}`,
    hint: 'What you can do',
    technical: 'Details for support',
    code: 'Code',
    field: 'Field',
    dealtWith: 'The workflow dealt with this problem and went on.',
    retryable: 'It may work when it is tried again.',
  },
  data: {
    search: 'Search in the data',
    found: (count: number, cut: boolean) =>
      count === 0
        ? 'Nothing fits.'
        : cut
          ? `More than ${count.toLocaleString('en')} places fit; here are the first.`
          : counted(count, 'place fits', 'places fit'),
    copyValue: 'Copy value',
    copyAll: 'Copy all',
    copyReference: 'Copy as a pill',
    copiedPill: 'Copied. Paste it into a field of a step.',
    copied: 'Copied.',
    copyProblem: 'The browser did not allow copying. Select the text and copy it by hand.',
    emptyText: 'empty text',
    empty: 'empty',
    yes: 'yes',
    no: 'no',
    list: (count: number) => counted(count, 'entry', 'entries'),
    object: (count: number) => counted(count, 'field', 'fields'),
    emptyList: 'empty list',
    emptyObject: 'no fields',
    described: (name: string, value: string) => `${name}: ${value}`,
  },
  deeds: {
    cancel: 'Cancel',
    retry: 'Retry from the failed step',
    retryShort: 'Retry',
    goOn: 'Go on from where it stopped',
    goOnShort: 'Go on',
    replay: 'Replay',
    replayFrom: 'Replay from here',
    keep: 'Leave it',
    cancelled: 'It is being stopped.',
    retried: 'It goes on from where it stopped.',
    pause: 'Pause',
    resume: 'Resume',
    paused: 'It rests until somebody resumes it.',
    pausing: 'It rests as soon as the step that runs now is done.',
    resumed: 'It goes on.',
    replayed: 'Started again.',
    cancelTitle: 'Stop this execution?',
    cancelText:
      'The step that runs now is finished first; nothing after it begins. What was already done stays done.',
    cancelConfirm: 'Stop it',
    retryTitle: 'Go on from where it stopped?',
    retryText:
      'Steps that are done keep their results and do not run again. It goes on with the steps that were not done.',
    replayTitle: 'Run it again',
    replayText: 'A new execution starts. This one stays as it is.',
    replayConfirm: 'Run again',
    close: 'Cancel',
    from: 'Begin at',
    fromStart: 'The beginning',
    fromHint: 'Steps before it keep what they did; it and all that comes after it run again.',
    data: 'With which data?',
    sameData: 'The data that started this execution',
    otherData: 'Other data',
    dataLabel: 'Data to start with',
    badData:
      'This data can’t be read. Check that every bracket and quotation mark has its partner.',
    planning: 'Looking what was already done…',
    keptHint: 'Tick a step to have it happen once more.',
    repeatOne: (title: string) => `Do ${quoted(title)} once more`,
    undecided: 'Please decide',
    undecidedHint:
      'These steps acted for some items of a list that may be another one now. Tick them to run them for the whole list, or begin after them.',
    mayHaveActed: (title: string) =>
      `Nobody knows whether ${quoted(title)} took effect. It runs again and may happen twice.`,
    alreadyReplayed: (count: number) =>
      count === 1
        ? 'It has been replayed already. What that replay did is not known here and happens again.'
        : `It has been replayed ${count} times already. What those replays did is not known here and happens again.`,
    kept: 'Will not be repeated',
    again: 'Happens now',
    uncertain: 'Please check first',
    nothingKept: 'None of its steps has done anything that stays, so all of them run again.',
    version: 'Which drawing?',
    same: 'The same as then',
    latest: 'The newest published version',
    latestHint: 'Its steps may be others by now.',
  },
  consequences: {
    /** Steps whose effect stays; by type of node where there is a better word than the step's name. */
    kept: {
      'mail.send': (title: string, count: number) =>
        count === 1
          ? `The e-mail of ${quoted(title)} was already sent and will not be sent again.`
          : `The ${count.toLocaleString('en')} e-mails of ${quoted(title)} were already sent and will not be sent again.`,
      'http.request': (title: string, count: number) =>
        count === 1
          ? `The request of ${quoted(title)} was already made and will not be made again.`
          : `The ${count.toLocaleString('en')} requests of ${quoted(title)} were already made and will not be made again.`,
    } as Readonly<Record<string, (title: string, count: number) => string>>,
    keptWritten: (title: string) =>
      `What ${quoted(title)} changed stays as it is and is not changed again.`,
    keptOther: (title: string) => `${quoted(title)} is done and will not be repeated.`,
    retried: (title: string, count: number) =>
      count === 1
        ? `${quoted(title)} is tried again.`
        : `${quoted(title)} is tried again for ${count.toLocaleString('en')} items.`,
    loop: (title: string) => `${quoted(title)} goes on with the items that were not done.`,
    uncertain: (title: string) =>
      `${quoted(title)} was interrupted, and nobody knows whether it took effect. Trying it again may make it happen twice.`,
  },
  reasons: {
    disabled: 'It is switched off in the drawing, so it was passed over.',
    otherWay: (title: string, way: string) =>
      way === ''
        ? `${quoted(title)} went another way.`
        : `${quoted(title)} went the way ${quoted(way)}.`,
    afterSkipped: (title: string) => `It comes after ${quoted(title)}, which did not run either.`,
    afterFailed: (title: string) => `${quoted(title)} failed, so it was not reached.`,
    noWay: 'No way led here this time.',
    notYet: 'Not reached yet.',
    ended: 'The execution ended before it came to this step.',
    notInVersion: 'This step is not in the version that ran.',
    otherTrigger: 'This time the workflow was started by another trigger.',
    title: (title: string) => `${quoted(title)} did not run`,
    titleYet: (title: string) => `${quoted(title)} has not run yet`,
  },
  announce: {
    step: (number: number, title: string, status: string) => `Step ${number}, ${title}: ${status}.`,
    steps: (count: number, title: string, status: string) =>
      `${counted(count, 'step', 'steps')} more are done. The last one, ${title}: ${status}.`,
    execution: (status: string, took: string) =>
      `The execution has ended: ${status}, after ${took}.`,
  },
  page: {
    title: (workflow: string) => `Execution of ${workflow}`,
    heading: 'Execution',
    breadcrumb: 'Where this belongs',
    details: 'Details',
    back: 'Open in the editor',
    workflows: 'Workflows',
    deletedWorkflow: 'Deleted workflow',
    notFound: 'There is no such execution here.',
    notFoundHint:
      'It may belong to another workspace, or be so old that it was cleared away. Look in the list of executions.',
    drawing: 'The drawing as it ran',
    unreadable: 'The drawing that ran here can’t be shown',
    unreadableText: 'It was made by a newer Weft. What each step did is listed below all the same.',
  },
} as const
