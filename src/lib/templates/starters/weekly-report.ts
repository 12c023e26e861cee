import { findRecords } from '#lib/engine/nodes/data/find-records.ts'
import { sendEmail } from '#lib/engine/nodes/messages/send-email.ts'
import { scheduleTrigger } from '#lib/engine/nodes/triggers/schedule.ts'
import { defineTemplate, ME } from '../define-template.ts'
import { step } from '../sketch.ts'

/** What is in a pipeline, by e-mail. */
export const weeklyReport = defineTemplate({
  id: 'weekly-report',
  topic: 'reminders',
  title: 'Weekly report on contacts',
  about:
    'Looks every Friday at 15:00 at the contacts you keep in a pipeline. You get how many there are and the names of the newest ones by e-mail.',
  words: 'summary pipeline records friday count',
  pipeline: {
    name: 'Contacts',
    fields: [
      { key: 'name', title: 'Name', type: 'text' },
      { key: 'email', title: 'E-mail', type: 'email' },
      { key: 'message', title: 'Message', type: 'text' },
    ],
    steps: ['newest'],
  },
  sample: {},
  steps: [
    step(scheduleTrigger, 'friday', 'Every Friday at 15:00', { cron: '0 15 * * 5' }),
    step(findRecords, 'newest', 'Find the newest contacts', { limit: 20 }),
    step(sendEmail, 'report', 'Send me the report', {
      to: ME,
      subject: 'Contacts: {{ steps.newest.total }}',
      body: 'You have {{ steps.newest.total }} contacts. The newest ones:\n\n{{ steps.newest.records | map: "data.name" | join: ", " }}',
    }),
  ],
  lines: ['friday -> newest -> report'],
})
