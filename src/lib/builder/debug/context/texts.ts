/** All words of what a step could see. */
export const texts = {
  label: 'What this step could use',
  about: (title: string) =>
    `What “${title}” could use at its moment. Pick a value and copy it as a pill for any field of this step.`,
  none: 'Pick a step to see what it could use.',
  nothing: 'Nothing came before this step.',
  leftOut: '(large: not fetched yet)',
  fetch: (count: number) =>
    count === 1 ? 'Fetch 1 large value' : `Fetch ${count.toLocaleString('en')} large values`,
} as const
