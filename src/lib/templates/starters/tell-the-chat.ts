import { httpRequest } from '#lib/engine/nodes/web/http-request.ts'
import { webhookTrigger } from '#lib/engine/nodes/triggers/webhook.ts'
import { defineTemplate } from '../define-template.ts'
import { step } from '../sketch.ts'

/** News for a chat that takes messages at an address of its own, as Slack, Teams and Mattermost do. */
export const tellTheChat = defineTemplate({
  id: 'tell-the-chat',
  topic: 'team',
  title: 'Post orders to the team chat',
  about:
    'Your shop reports each order, and the team reads it in its chat a moment later. Works with every chat that takes messages at a web address, such as Slack and Mattermost.',
  words: 'slack mattermost teams notification webhook order',
  blanks: [{ step: 'post', field: 'url', what: 'the address at which your chat takes messages' }],
  sample: { order: 1017, customer: 'Ada Lovelace', total: 48.5 },
  steps: [
    step(webhookTrigger, 'order', 'An order comes in'),
    step(httpRequest, 'post', 'Post it to the chat', {
      method: 'POST',
      body: 'fields',
      fields: [
        {
          name: 'text',
          type: 'text',
          value:
            'Order {{ trigger.body.order }} by {{ trigger.body.customer }}: {{ trigger.body.total }}',
        },
      ],
    }),
  ],
  lines: ['order -> post'],
})
