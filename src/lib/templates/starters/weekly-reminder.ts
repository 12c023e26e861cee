import { sendEmail } from '#lib/engine/nodes/messages/send-email.ts'
import { scheduleTrigger } from '#lib/engine/nodes/triggers/schedule.ts'
import { defineTemplate, ME } from '../define-template.ts'
import { step } from '../sketch.ts'

/** Something that happens every week, and that people forget. */
export const weeklyReminder = defineTemplate({
  id: 'weekly-reminder',
  topic: 'reminders',
  title: 'Remind me every week',
  about:
    'Sends you an e-mail every Monday at 9:00 with what is to be done. Choose other days, another time, or more people in the steps.',
  words: 'schedule calendar monday todo',
  sample: {},
  steps: [
    step(scheduleTrigger, 'monday', 'Every Monday at 9:00', { cron: '0 9 * * 1' }),
    step(sendEmail, 'remind', 'Remind me', {
      to: ME,
      subject: 'To do this week',
      body: 'Good morning,\n\n- send the time sheets\n- water the plants\n- plan the week',
    }),
  ],
  lines: ['monday -> remind'],
})
