import { z } from 'zod'
import { defineNode } from '../define-node.ts'
import { field } from '../fields.ts'
import { fieldValues, recordShape, sampleRecord } from './record-shape.ts'

/** Adds a record; it and this step's checkpoint commit together. */
export const createRecord = defineNode({
  type: 'records.create',
  version: 1,
  category: 'data',
  title: 'Create a record',
  description: 'Adds a record to a pipeline, for example a new contact.',
  icon: 'square-plus',
  effect: 'transactional',
  config: z.object({
    pipeline: field.pipeline({ label: 'Pipeline' }),
    values: field.mapping({ label: 'Fields', keysFrom: 'pipeline' }).default({}),
  }),
  output: z.object({ record: recordShape }),
  sample: { record: sampleRecord },
  async run({ pipeline, values }, { records }) {
    return { record: await records.create(pipeline, fieldValues(values)) }
  },
})
