/** All words of the log of an execution. */
export const texts = {
  label: 'What happened, in the order of time',
  search: 'Search in the log',
  level: 'What to show',
  levels: {
    info: 'Everything',
    warning: 'Warnings and problems',
    problem: 'Problems only',
  },
  signs: { info: '', warning: 'Warning', problem: 'Problem' },
  step: 'Of which step',
  allSteps: 'All steps',
  newest: 'Go to the newest',
  nothing: 'Nothing has happened yet.',
  nothingFits: 'No line fits. Show everything, or search for less.',
  showAll: 'Show everything',
  count: (shown: number, all: number) =>
    shown === all
      ? `${all.toLocaleString('en')} lines`
      : `${shown.toLocaleString('en')} of ${all.toLocaleString('en')} lines`,
  partly: 'Of long loops, a step’s own notes come when you open the step.',
  item: (number: number) => `item ${number.toLocaleString('en')}`,
  begun: (attempt: number) => (attempt > 1 ? `Began, try ${attempt}` : 'Began'),
  waits: 'Waits',
  failed: 'Failed',
  cancelled: 'Stopped',
  done: (took: string) => `Done in ${took}`,
} as const
