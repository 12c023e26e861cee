import { sendEmail } from '#lib/engine/nodes/messages/send-email.ts'
import { webhookTrigger } from '#lib/engine/nodes/triggers/webhook.ts'
import { defineTemplate, ME } from '../define-template.ts'
import { step } from '../sketch.ts'

/** The shortest useful one: a form's answers as an e-mail. */
export const formToInbox = defineTemplate({
  id: 'form-to-inbox',
  topic: 'customers',
  title: 'Form answers to my inbox',
  about:
    'Whatever somebody sends with the form on your website comes to you as an e-mail. Answering it answers them.',
  words: 'contact website message',
  sample: {
    name: 'Grace Hopper',
    email: 'grace@example.org',
    message: 'Is Thursday at ten still free?',
  },
  steps: [
    step(webhookTrigger, 'form', 'Somebody sends the form'),
    step(sendEmail, 'forward', 'Send it to me', {
      to: ME,
      subject: 'Message from {{ trigger.body.name }}',
      body: '{{ trigger.body.message }}\n\n{{ trigger.body.name }}, {{ trigger.body.email }}',
      replyTo: '{{ trigger.body.email }}',
    }),
  ],
  lines: ['form -> forward'],
})
