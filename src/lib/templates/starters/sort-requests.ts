import { sendEmail } from '#lib/engine/nodes/messages/send-email.ts'
import { switchNode } from '#lib/engine/nodes/logic/switch.ts'
import { webhookTrigger } from '#lib/engine/nodes/triggers/webhook.ts'
import { defineTemplate, ME } from '../define-template.ts'
import { step } from '../sketch.ts'

const letter = (subject: string) => ({
  to: ME,
  subject,
  body: '{{ trigger.body.message }}\n\n{{ trigger.body.name }}, {{ trigger.body.email }}',
  replyTo: '{{ trigger.body.email }}',
})

/** One way in, and each request to those who can help. */
export const sortRequests = defineTemplate({
  id: 'sort-requests',
  topic: 'customers',
  title: 'Send requests to the right people',
  about:
    'Looks at what a request is about and sends it on: questions about prices one way, problems another, all else a third. All three go to you until you put in other addresses.',
  words: 'support sales route branch ticket',
  sample: {
    name: 'Alan Turing',
    email: 'alan@example.org',
    topic: 'problem',
    message: 'The machine stops and I can’t tell when.',
  },
  steps: [
    step(webhookTrigger, 'request', 'A request comes in'),
    step(switchNode, 'about', 'What is it about?', {
      cases: [
        {
          name: 'Prices',
          port: 'case_prices',
          when: { any: [{ left: '{{ trigger.body.topic }}', op: 'contains', right: 'price' }] },
        },
        {
          name: 'A problem',
          port: 'case_problem',
          when: { any: [{ left: '{{ trigger.body.topic }}', op: 'contains', right: 'problem' }] },
        },
      ],
    }),
    step(sendEmail, 'sales', 'Tell the sales people', letter('A question about prices')),
    step(sendEmail, 'support', 'Tell the support people', letter('Somebody has a problem')),
    step(sendEmail, 'office', 'Tell the office', letter('A request')),
  ],
  lines: [
    'request -> about:case_prices -> sales',
    'about:case_problem -> support',
    'about:default -> office',
  ],
})
