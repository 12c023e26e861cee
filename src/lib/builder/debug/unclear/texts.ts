/** All words of the question what became of an unclear step. */
export const texts = {
  title: 'Did this happen?',
  whatToDo:
    'Look on the other side whether it arrived. Then say so here: the execution waits until somebody does.',
  happened: {
    button: 'It happened',
    means: 'The step counts as done, nothing is sent again, and the execution goes on.',
    more: 'Say what came back',
    moreHint:
      'Only where later steps need it. What you leave empty is not there for them, and a step that needs it will say so.',
    such: (example: string) => `For example ${example}`,
  },
  again: {
    button: 'It didn’t happen: do it again',
    means:
      'It is done once more now. The other side gets the same key as the first time, by which many services notice a repeat.',
  },
  failed: {
    button: 'Treat as failed',
    means: {
      stop: 'Nothing is sent again. The step fails, and the execution stops there.',
      continue: 'Nothing is sent again. The step counts as failed, and the execution goes on.',
      port: 'Nothing is sent again. The step counts as failed, and the execution takes its way for problems.',
    },
  },
  thanks: 'Thank you. The execution goes on in a moment.',
}
