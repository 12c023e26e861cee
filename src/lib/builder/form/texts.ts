/** Words of the rule builder's verdicts. */
export const verdictTexts = {
  true: 'True',
  false: 'Not true',
  unclear: 'Can’t be told',
  value: (value: string) => `it is ${value}`,
  both: (left: string, right: string) => `${left} and ${right}`,
  whole: {
    true: 'On the sample, this is true.',
    false: 'On the sample, this is not true.',
  },
  wholeUnclear: 'On the sample, one of these can’t be looked at: the step would fail.',
  case: { true: 'The sample fits this case.', false: 'The sample does not fit this case.' },
} as const
