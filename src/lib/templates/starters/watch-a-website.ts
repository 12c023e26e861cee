import { sendEmail } from '#lib/engine/nodes/messages/send-email.ts'
import { scheduleTrigger } from '#lib/engine/nodes/triggers/schedule.ts'
import { httpRequest } from '#lib/engine/nodes/web/http-request.ts'
import { defineTemplate, ME } from '../define-template.ts'
import { step } from '../sketch.ts'

/** Whether a page still answers. */
export const watchAWebsite = defineTemplate({
  id: 'watch-a-website',
  topic: 'watching',
  title: 'Watch my website',
  about:
    'Opens your website every 15 minutes. If it does not answer, you get an e-mail at once that says why.',
  words: 'monitor uptime down alert http',
  blanks: [{ step: 'open', field: 'url', what: 'the address of your website' }],
  sample: {},
  steps: [
    step(scheduleTrigger, 'often', 'Every 15 minutes', { cron: '*/15 * * * *' }),
    step(httpRequest, 'open', 'Open the website', { timeoutSeconds: 20 }, { onError: 'port' }),
    step(sendEmail, 'alarm', 'Tell me', {
      to: ME,
      subject: 'The website does not answer',
      body: '{{ steps.open.error.title }}\n\n{{ steps.open.error.detail }}',
    }),
  ],
  lines: ['often -> open:error -> alarm'],
})
