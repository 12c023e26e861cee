import { z } from 'zod'
import type { DataObject } from '../../data.ts'
import type { WaitRequest } from '../../store.ts'
import { recordId } from '../data/record-shape.ts'
import { defineNode, finish, suspend } from '../define-node.ts'
import { field } from '../fields.ts'
import { patienceEnd, patienceFields, patiencePorts, timeUp } from './patience.ts'

const change = z.object({
  record: z.record(z.string(), z.unknown()),
  changed: z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() })),
  deleted: z.boolean(),
})

const state = z.object({ until: z.number().nullable() })

const config = z.object({
  pipeline: field.pipeline({ label: 'Pipeline' }),
  record: field.value({ label: 'Record', hint: 'Pick a record of an earlier step.' }),
  event: field
    .select({ label: 'Until' }, [
      { value: 'changed', label: 'Anything about it changes' },
      { value: 'field', label: 'One of its fields changes' },
      { value: 'deleted', label: 'It is deleted' },
    ])
    .default('field'),
  field: field
    .text({
      label: 'Field',
      keysFrom: 'pipeline',
      showWhen: { field: 'event', is: ['field'] },
      required: true,
    })
    .optional(),
  value: field
    .template({
      label: 'To this value',
      hint: 'Empty: any change of the field.',
      showWhen: { field: 'event', is: ['field'] },
    })
    .default(''),
  ...patienceFields,
})

/** Waits until somebody, or another workflow, changes a record. */
export const waitForRecord = defineNode({
  type: 'logic.wait_record',
  version: 1,
  category: 'logic',
  title: 'Wait for a record',
  description: 'Waits until a record changes, for example until its status becomes "paid".',
  icon: 'table-2',
  effect: 'suspending',
  inTransaction: true,
  ports: patiencePorts,
  config,
  output: change.nullable(),
  sample: {
    record: { name: 'Ada Lovelace', status: 'paid' },
    changed: { status: { from: 'open', to: 'paid' } },
    deleted: false,
  },
  async run(settings, { records, clock }) {
    const id = recordId(settings.record, 'record')
    // Held from here on: no change can slip in before the wait is open.
    await records.get(id)
    const until = patienceEnd(settings, clock.now())
    return suspend(until, { until }, { waits: [waitFor(id, settings)] })
  },
  async resume(settings, kept, { deliveries, clock }) {
    const { until } = state.parse(kept)
    const [delivery] = deliveries
    if (delivery !== undefined) return finish(change.parse(delivery.data))
    if (until !== null && clock.now() >= until) return timeUp(settings, null)
    const id = recordId(settings.record, 'record')
    return suspend(until, { until }, { waits: [waitFor(id, settings)] })
  },
})

/** Which change is meant; the store matches it (private.is_awaited_change). */
function waitFor(
  id: string,
  { event, field: name = '', value }: z.infer<typeof config>,
): WaitRequest {
  const data: DataObject = event === 'field' ? { event, field: name, value } : { event }
  return { kind: 'record', key: id, data }
}
