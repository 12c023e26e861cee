import { z } from 'zod'
import { ruleCount } from '../../template/rule-tree.ts'
import { defineNode } from '../define-node.ts'
import { field } from '../fields.ts'
import { recordShape, sampleRecord } from './record-shape.ts'

/** Looks records up; reads what the transaction of its own checkpoint sees. */
export const findRecords = defineNode({
  type: 'records.find',
  version: 1,
  category: 'data',
  title: 'Find records',
  description: 'Looks up the records of a pipeline that match some rules.',
  icon: 'search',
  effect: 'transactional',
  readOnly: true,
  config: z.object({
    pipeline: field.pipeline({ label: 'Pipeline' }),
    where: field
      .rules({ label: 'Which records', hint: 'Without rules: all of them.', keysFrom: 'pipeline' })
      .default({ all: [] }),
    sortBy: field
      .text({
        label: 'Sort by',
        hint: 'Key of a field; empty: newest first.',
        keysFrom: 'pipeline',
      })
      .default(''),
    order: field
      .select({ label: 'Order' }, [
        { value: 'up', label: 'Smallest or earliest first' },
        { value: 'down', label: 'Largest or latest first' },
      ])
      .default('up'),
    limit: field
      .number({ label: 'At most', hint: 'How many records to return.' })
      .int()
      .min(1)
      .max(1000)
      .default(10),
  }),
  output: z.object({
    records: z.array(recordShape),
    first: recordShape.nullable(),
    count: z.number(),
    total: z.number(),
  }),
  sample: { records: [sampleRecord], first: sampleRecord, count: 1, total: 1 },
  async run({ pipeline, where, sortBy, order, limit }, { records }) {
    const found = await records.find(pipeline, {
      ...(ruleCount(where) === 0 ? {} : { where }),
      ...(sortBy === '' ? {} : { sort: { field: sortBy, descending: order === 'down' } }),
      limit,
    })
    return {
      records: found.records,
      first: found.records[0] ?? null,
      count: found.records.length,
      total: found.total,
    }
  },
})
