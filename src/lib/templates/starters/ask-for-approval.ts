import { approval } from '#lib/engine/nodes/logic/approval.ts'
import { condition } from '#lib/engine/nodes/logic/condition.ts'
import { sendEmail } from '#lib/engine/nodes/messages/send-email.ts'
import { manualTrigger } from '#lib/engine/nodes/triggers/manual.ts'
import { defineTemplate } from '../define-template.ts'
import { step } from '../sketch.ts'

/** Spending: small sums at once, larger ones after somebody agreed. */
export const askForApproval = defineTemplate({
  id: 'ask-for-approval',
  topic: 'team',
  title: 'Approve expenses',
  about:
    'Somebody enters what they want to buy. Small sums are fine at once; above 100, an admin is asked first, and whoever asked gets the answer by e-mail.',
  words: 'expense purchase budget manager sign-off',
  sample: {
    name: 'Ada Lovelace',
    email: 'ada@example.org',
    what: 'A standing desk',
    amount: 480,
  },
  steps: [
    step(manualTrigger, 'request', 'Somebody enters an expense'),
    step(condition, 'large', 'More than 100?', {
      rules: { all: [{ left: '{{ trigger.amount }}', op: 'greater_than', right: 100 }] },
    }),
    step(approval, 'decide', 'Ask an admin', {
      title: '{{ trigger.what }} for {{ trigger.amount }}',
      description: '{{ trigger.name }} ({{ trigger.email }}) would like to buy it.',
    }),
    step(sendEmail, 'yes', 'Say yes', {
      to: '{{ trigger.email }}',
      subject: 'Approved: {{ trigger.what }}',
      body: 'Hello {{ trigger.name }},\n\nyou can go ahead with {{ trigger.what }}.\n\n{{ steps.decide.comment }}',
    }),
    step(sendEmail, 'no', 'Say no', {
      to: '{{ trigger.email }}',
      subject: 'Not approved: {{ trigger.what }}',
      body: 'Hello {{ trigger.name }},\n\nwe can’t buy {{ trigger.what }} this time.\n\n{{ steps.decide.comment }}',
    }),
    step(sendEmail, 'small', 'Say that it is fine', {
      to: '{{ trigger.email }}',
      subject: 'Fine: {{ trigger.what }}',
      body: 'Hello {{ trigger.name }},\n\n{{ trigger.what }} needs no approval. Go ahead.',
    }),
  ],
  lines: [
    'request -> large:true -> decide:approved -> yes',
    'decide:rejected -> no',
    'large:false -> small',
  ],
})
