import { z } from 'zod'
import { defineNode } from '../define-node.ts'
import { field } from '../fields.ts'
import { recordId, recordShape, sampleRecord } from './record-shape.ts'

/** Moves one record to the bin; that and this step's checkpoint commit together. */
export const deleteRecord = defineNode({
  type: 'records.delete',
  version: 1,
  category: 'data',
  title: 'Delete a record',
  description: 'Moves a record to the bin.',
  icon: 'trash-2',
  effect: 'transactional',
  config: z.object({
    record: field.value({ label: 'Record', hint: 'Pick a record of an earlier step.' }),
  }),
  output: z.object({ record: recordShape }),
  sample: { record: sampleRecord },
  async run({ record }, { records }) {
    return { record: await records.delete(recordId(record, 'record')) }
  },
})
