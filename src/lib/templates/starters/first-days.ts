import { delay } from '#lib/engine/nodes/logic/delay.ts'
import { sendEmail } from '#lib/engine/nodes/messages/send-email.ts'
import { manualTrigger } from '#lib/engine/nodes/triggers/manual.ts'
import { defineTemplate } from '../define-template.ts'
import { step } from '../sketch.ts'

/** Letters to somebody new, spread over their first week. */
export const firstDays = defineTemplate({
  id: 'first-days',
  topic: 'team',
  title: 'Welcome a new colleague',
  about:
    'Writes to somebody new on their first day, and again two and seven days later. It waits in between by itself, also over nights and weekends.',
  words: 'onboarding hr series wait',
  sample: { name: 'Grace', email: 'grace@example.org' },
  steps: [
    step(manualTrigger, 'start', 'I enter who is new'),
    step(sendEmail, 'welcome', 'Welcome them', {
      to: '{{ trigger.email }}',
      subject: 'Welcome, {{ trigger.name }}',
      body: 'Hello {{ trigger.name }},\n\nhow good that you are here. Here is what helps on the first day: …',
    }),
    step(delay, 'two_days', 'Wait two days', {
      mode: 'for',
      duration: { amount: 2, unit: 'days' },
    }),
    step(sendEmail, 'tips', 'Send some tips', {
      to: '{{ trigger.email }}',
      subject: 'How are your first days?',
      body: 'Hello {{ trigger.name }},\n\nthree things that others liked to know after two days: …',
    }),
    step(delay, 'five_days', 'Wait five more days', {
      mode: 'for',
      duration: { amount: 5, unit: 'days' },
    }),
    step(sendEmail, 'week', 'Ask how it went', {
      to: '{{ trigger.email }}',
      subject: 'Your first week',
      body: 'Hello {{ trigger.name }},\n\nhow was your first week? Just answer this e-mail.',
    }),
  ],
  lines: ['start -> welcome -> two_days -> tips -> five_days -> week'],
})
