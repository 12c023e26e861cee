import { condition } from '#lib/engine/nodes/logic/condition.ts'
import { sendEmail } from '#lib/engine/nodes/messages/send-email.ts'
import { scheduleTrigger } from '#lib/engine/nodes/triggers/schedule.ts'
import { httpRequest } from '#lib/engine/nodes/web/http-request.ts'
import { defineTemplate, ME } from '../define-template.ts'
import { step } from '../sketch.ts'

/** Data from the web, and a decision about it. */
export const takeAnUmbrella = defineTemplate({
  id: 'take-an-umbrella',
  topic: 'reminders',
  title: 'Take an umbrella',
  about:
    'Asks a free weather service (Open-Meteo) every working day at 7:00 how likely rain is in Vienna. Only if it is more than 50 percent you get an e-mail.',
  words: 'weather rain morning api http condition',
  sample: {},
  steps: [
    step(scheduleTrigger, 'morning', 'Every working day at 7:00', { cron: '0 7 * * 1-5' }),
    step(httpRequest, 'weather', 'Look up the weather', {
      url: 'https://api.open-meteo.com/v1/forecast',
      query: [
        { name: 'latitude', value: '48.21' },
        { name: 'longitude', value: '16.37' },
        { name: 'daily', value: 'precipitation_probability_max' },
        { name: 'timezone', value: 'auto' },
        { name: 'forecast_days', value: '1' },
      ],
    }),
    step(condition, 'rain', 'Is rain likely?', {
      rules: {
        all: [
          {
            left: '{{ steps.weather.body.daily.precipitation_probability_max[0] }}',
            op: 'greater_than',
            right: 50,
          },
        ],
      },
    }),
    step(sendEmail, 'umbrella', 'Tell me', {
      to: ME,
      subject: 'Take an umbrella',
      body: 'Rain is {{ steps.weather.body.daily.precipitation_probability_max[0] }} percent likely today.',
    }),
  ],
  lines: ['morning -> weather -> rain:true -> umbrella'],
})
