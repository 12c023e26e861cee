import { sendEmail } from '#lib/engine/nodes/messages/send-email.ts'
import { failureTrigger } from '#lib/engine/nodes/triggers/failure.ts'
import { defineTemplate, ME } from '../define-template.ts'
import { step } from '../sketch.ts'

/** The workflow that others name as the one to start when they fail. */
export const tellMeOfFailures = defineTemplate({
  id: 'tell-me-of-failures',
  topic: 'watching',
  title: 'Tell me when a workflow fails',
  about:
    'Sends you an e-mail with what went wrong and what to do. Publish it, then choose it in the settings of your other workflows as the one that starts when they fail.',
  words: 'error alert problem monitoring',
  sample: {
    workflow: { id: '0198c0de-0000-7000-8000-000000000001', name: 'New orders' },
    error: {
      code: 'http.refused',
      title: 'The other side refused',
      detail: 'It answered with status 401.',
      hint: 'Look at the credentials of the step.',
    },
    step: { key: 'fetch_orders', title: 'Fetch the orders' },
  },
  steps: [
    step(failureTrigger, 'failed', 'A workflow fails'),
    step(sendEmail, 'tell', 'Tell me', {
      to: ME,
      subject: '“{{ trigger.workflow.name }}” has failed',
      body: 'The step “{{ trigger.step.title }}” failed: {{ trigger.error.title }}\n\n{{ trigger.error.detail }}\n{{ trigger.error.hint }}',
    }),
  ],
  lines: ['failed -> tell'],
})
