import { z } from 'zod'
import { defineNode } from '../define-node.ts'
import { field } from '../fields.ts'
import { fieldValues, recordId, recordShape, sampleRecord } from './record-shape.ts'

/** Changes fields of one record; the change and this step's checkpoint commit together. */
export const updateRecord = defineNode({
  type: 'records.update',
  version: 1,
  category: 'data',
  title: 'Update a record',
  description: 'Changes some fields of a record and leaves the rest as they are.',
  icon: 'square-pen',
  effect: 'transactional',
  config: z.object({
    pipeline: field.pipeline({ label: 'Pipeline' }),
    record: field.value({ label: 'Record', hint: 'Pick a record of an earlier step.' }),
    changes: field.mapping({ label: 'Fields to change', keysFrom: 'pipeline' }).default({}),
  }),
  output: z.object({ record: recordShape, changed: z.array(z.string()) }),
  sample: { record: sampleRecord, changed: ['status'] },
  async run({ record, changes }, { records }) {
    return await records.update(recordId(record, 'record'), fieldValues(changes))
  },
})
