import { waitForReply } from '#lib/engine/nodes/logic/wait-reply.ts'
import { sendEmail } from '#lib/engine/nodes/messages/send-email.ts'
import { manualTrigger } from '#lib/engine/nodes/triggers/manual.ts'
import { defineTemplate, ME } from '../define-template.ts'
import { step } from '../sketch.ts'

/** An offer that isn't forgotten. */
export const followUp = defineTemplate({
  id: 'follow-up',
  topic: 'customers',
  title: 'Follow up when nobody answers',
  about:
    'Sends an offer by e-mail and waits for the answer. If none has come after three days it writes once more; if one comes, you are told.',
  words: 'reply reminder offer sales wait',
  sample: { name: 'Ada Lovelace', email: 'ada@example.org', offer: 'A new analytical engine' },
  steps: [
    step(manualTrigger, 'start', 'I enter whom to write to'),
    step(sendEmail, 'offer', 'Send the offer', {
      to: '{{ trigger.email }}',
      subject: 'Our offer: {{ trigger.offer }}',
      body: 'Hello {{ trigger.name }},\n\nhere is our offer: {{ trigger.offer }}. What do you think?\n\nKind regards',
    }),
    step(waitForReply, 'answer', 'Wait for the answer', {
      message: '{{ steps.offer.message_id }}',
      limited: true,
      patience: { amount: 3, unit: 'days' },
      onTimeout: 'port',
    }),
    step(sendEmail, 'tell', 'Tell me about the answer', {
      to: ME,
      subject: '{{ trigger.name }} has answered',
      body: '{{ steps.answer.text }}',
    }),
    step(sendEmail, 'again', 'Write once more', {
      to: '{{ trigger.email }}',
      subject: 'Our offer: {{ trigger.offer }}',
      body: 'Hello {{ trigger.name }},\n\nhave you had time to look at our offer? I am happy to answer questions.\n\nKind regards',
    }),
  ],
  lines: ['start -> offer -> answer -> tell', 'answer:timeout -> again'],
})
