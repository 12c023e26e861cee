/** Words of a step's output tab. */
export const outputTexts = {
  label: 'Output',
  pinned: 'Pinned: while testing, this stands in for running the step. Live executions ignore it.',
  real: 'What it gave out in the last execution.',
  sample: 'An example. Run the workflow to see real data here.',
  pin: 'Pin this output',
  pinHint: 'Tests then use it instead of running the step.',
  unpin: 'Unpin',
} as const
