import { z } from 'zod'
import { StepFailure } from '../../errors.ts'
import { defineNode, NO_OUTPUT } from '../define-node.ts'
import { field } from '../fields.ts'

/** Ends the execution as failed, with a sentence of one's own. */
export const stopWithError = defineNode({
  type: 'logic.stop',
  version: 1,
  category: 'logic',
  title: 'Stop with an error',
  description: 'Ends the execution as failed and says why, for example when data is missing.',
  icon: 'octagon-x',
  effect: 'pure',
  ports: () => NO_OUTPUT,
  config: z.object({
    message: field.template({
      label: 'What went wrong',
      hint: 'Shown in the history of executions.',
    }),
  }),
  output: z.null(),
  sample: null,
  run({ message }) {
    throw new StepFailure({
      code: 'workflow.stopped',
      title: 'The workflow stopped itself',
      detail: message,
      hint: 'The workflow was drawn to stop here.',
      retryable: false,
    })
  },
})
