import { z } from 'zod'
import { ConfigProblem } from '../../errors.ts'
import type { WaitRequest } from '../../store.ts'
import { defineNode, finish, suspend } from '../define-node.ts'
import { field } from '../fields.ts'
import { patienceEnd, patienceFields, patiencePorts, timeUp } from './patience.ts'

const reply = z.object({
  message_id: z.string(),
  from: z.string(),
  subject: z.string(),
  text: z.string(),
  automatic: z.boolean(),
})

const config = z.object({
  message: field.template({
    label: 'Reply to which e-mail',
    hint: 'Pick the message id of the step that has sent it.',
    placeholder: '{{ steps.send_an_e_mail.message_id }}',
  }),
  keyword: field
    .template({ label: 'Only if it contains', hint: 'Empty: any reply.', advanced: true })
    .default(''),
  skipAutomatic: field
    .switch({ label: 'Pass over automatic replies, like "out of office"' })
    .default(true),
  ...patienceFields,
})
type Settings = z.infer<typeof config>

const state = z.object({ until: z.number().nullable() })

/** Waits until somebody answers an e-mail that an earlier step has sent. */
export const waitForReply = defineNode({
  type: 'logic.wait_reply',
  version: 1,
  category: 'logic',
  title: 'Wait for a reply',
  description: 'Waits until somebody answers an e-mail that an earlier step has sent.',
  icon: 'reply',
  effect: 'suspending',
  ports: patiencePorts,
  config,
  output: reply.extend({ received_at: z.string() }).nullable(),
  sample: {
    message_id: '<2@example.org>',
    from: 'ada@example.org',
    subject: 'Re: Your offer',
    text: 'Yes, please.',
    automatic: false,
    received_at: '2026-11-23T09:00:00.000Z',
  },
  run(settings, { clock }) {
    const until = patienceEnd(settings, clock.now())
    return suspend(until, { until }, { waits: [waitFor(settings)] })
  },
  resume(settings, kept, { deliveries, clock }) {
    const { until } = state.parse(kept)
    const [delivery] = deliveries
    if (delivery !== undefined) {
      return finish({ ...reply.parse(delivery.data), received_at: delivery.at })
    }
    if (until !== null && clock.now() >= until) return timeUp(settings, null)
    return suspend(until, { until }, { waits: [waitFor(settings)] })
  },
})

/** The store matches it (private.is_awaited_reply). */
function waitFor({ message, keyword, skipAutomatic }: Settings): WaitRequest {
  const key = message.replace(/[\s<>]/g, '')
  if (key === '') throw noMessage()
  return {
    kind: 'reply',
    key,
    data: { keyword: keyword.trim(), skip_automatic: skipAutomatic },
  }
}

const noMessage = () =>
  new ConfigProblem({
    code: 'reply.no_message',
    field: 'message',
    title: 'There is no e-mail to wait for',
    detail: 'The message id of the e-mail is empty.',
    hint: 'Pick the message id of a step that has sent an e-mail before this one.',
  })
