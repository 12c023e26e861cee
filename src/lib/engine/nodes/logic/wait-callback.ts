import { z } from 'zod'
import type { Data } from '../../data.ts'
import { defineNode, finish, suspend } from '../define-node.ts'
import { field } from '../fields.ts'
import { patienceEnd, patienceFields, patiencePorts, timeUp } from './patience.ts'

const call = z.object({
  method: z.string(),
  query: z.record(z.string(), z.unknown()),
  body: z.unknown(),
  received_at: z.string(),
})
type Call = z.infer<typeof call>

const state = z.object({ until: z.number().nullable() })

const waitFor = (name: string) => ({ kind: 'callback' as const, key: name, data: null })

/** Waits until the outside calls the execution's own address, `{{ execution.callback_url }}`. */
export const waitForCallback = defineNode({
  type: 'logic.wait_callback',
  version: 1,
  category: 'logic',
  title: 'Wait for a call',
  description:
    'Waits until another service calls the address of this execution, which an earlier step has sent to it.',
  icon: 'phone',
  effect: 'suspending',
  ports: patiencePorts,
  config: z.object({
    ...patienceFields,
    name: field
      .text({
        label: 'Name of the call',
        hint: 'Only for several waits in one workflow: the call then ends with ?name= and this name.',
        advanced: true,
      })
      .regex(/^[a-z0-9_-]{0,60}$/)
      .default(''),
  }),
  output: call.nullable(),
  sample: {
    method: 'POST',
    query: {},
    body: { status: 'paid' },
    received_at: '2026-11-23T09:00:00.000Z',
  },
  run(config, { clock }) {
    const until = patienceEnd(config, clock.now())
    return suspend(until, { until }, { waits: [waitFor(config.name)] })
  },
  resume(config, kept, { deliveries, clock }) {
    const { until } = state.parse(kept)
    const [delivery] = deliveries
    // What the door for calls hands in has this shape; whatever else lies there is shown as it is.
    if (delivery !== undefined) return finish(callOf(delivery.data, delivery.at))
    if (until !== null && clock.now() >= until) return timeUp(config, null)
    return suspend(until, { until }, { waits: [waitFor(config.name)] })
  },
})

function callOf(data: Data, at: string): Call {
  const given = typeof data === 'object' && data !== null && !Array.isArray(data) ? data : {}
  return { method: 'POST', query: {}, body: null, received_at: at, ...given }
}
