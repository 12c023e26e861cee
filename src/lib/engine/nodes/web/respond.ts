import { z } from 'zod'
import type { Data } from '../../data.ts'
import { defineNode, finish } from '../define-node.ts'
import { field } from '../fields.ts'

/** Answers the webhook call that started the execution. */
export const respondToWebhook = defineNode({
  type: 'webhook.respond',
  version: 1,
  category: 'web',
  title: 'Respond to the webhook',
  description:
    'Sends an answer of your own to whoever called the webhook, if it waits for the result.',
  icon: 'reply',
  effect: 'pure',
  config: z.object({
    status: field
      .number({ label: 'Status code', hint: '200 means that all went well.' })
      .int()
      .min(200)
      .max(599)
      .default(200),
    body: field.value({ label: 'Answer', hint: 'A text, or data of an earlier step.' }).optional(),
    headers: field.pairs({ label: 'Extra details (headers)', advanced: true }).default([]),
  }),
  output: z.object({ status: z.number() }),
  sample: { status: 200 },
  run({ status, body, headers }) {
    const named = headers.map(({ name, value }): [string, string] => [name.toLowerCase(), value])
    return finish({ status }, 'out', {
      status,
      headers: Object.fromEntries(named),
      // What a template yields is data.
      body: (body ?? null) as Data,
    })
  },
})
