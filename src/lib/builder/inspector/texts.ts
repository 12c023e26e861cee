/** Words of a step's output tab. */
export const outputTexts = {
  label: 'Output',
  pinned: 'Pinned: while testing, this stands in for running the step. Live executions ignore it.',
  real: 'What it really gave out, in the execution that serves as the sample.',
  tested: 'What it gave out in the test just now.',
  testFailed: 'The test failed.',
  tooLarge: 'This is too large to pin. Up to 200,000 letters can be pinned.',
  sample: 'An example. Run the workflow to see real data here.',
  pin: 'Pin this output',
  pinHint: 'Tests then use it instead of running the step.',
  unpin: 'Unpin',
} as const
